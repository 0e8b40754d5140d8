import { parse } from 'yaml';

/** A value of a chart: what `values.yaml` says in the comment above it, and its default. */
export interface ChartValue {
  readonly path: readonly string[];
  readonly default: unknown;
  readonly description: string;
  /** Types that it may have besides that of its default. */
  readonly types: readonly string[];
  readonly choices: readonly string[] | undefined;
  readonly minimum: number | undefined;
}

/** What the file says of itself, before the first empty line. */
const fileHead = /^(#.*\n)+\n/;

/**
 * The values of a chart, in the order of the file; a map that has entries comes before them.
 * @param text a `values.yaml` with two spaces a level, and comments above what they are about
 */
export function readChartValues(text: string): readonly ChartValue[] {
  const defaults: unknown = parse(text);
  const values: ChartValue[] = [];
  const above: string[] = [];
  let comment: string[] = [];
  for (const line of text.replace(fileHead, '').split('\n')) {
    const [, indent = '', name] = /^( *)([A-Za-z_]+):/.exec(line) ?? [];
    if (/^ *#/.test(line)) {
      comment.push(line.trim().replace(/^# ?/, ''));
    } else if (name !== undefined) {
      above.splice(indent.length / 2, Number.POSITIVE_INFINITY, name);
      const value = at(defaults, above);
      // Entries of a list's items look like values, and are at no path.
      if (value !== undefined) {
        values.push({ path: [...above], default: value, ...readComment(comment) });
      }
      comment = [];
    } else {
      comment = [];
    }
  }
  return values;
}

function readComment(lines: readonly string[]): Omit<ChartValue, 'path' | 'default'> {
  const note = (name: string) => lines.find((line) => line.startsWith(`@${name} `))?.slice(name.length + 2);
  const minimum = note('min');
  return {
    description: lines.filter((line) => !line.startsWith('@')).join(' '),
    types: note('type')?.split(' ') ?? [],
    choices: note('enum')?.split(' '),
    minimum: minimum === undefined ? undefined : Number(minimum),
  };
}

/** Whether it holds further values rather than being one. */
export function hasEntries(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
  );
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((parent, name) => (hasEntries(parent) ? parent[name] : undefined), value);
}
