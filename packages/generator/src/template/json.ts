import type { Budget } from './budget.ts';
import { formatMoment, standardLayout } from './moment.ts';
import { printFloat } from './print.ts';
import { SemanticVersion } from './semantic-version.ts';
import { CallError } from './template-error.ts';
import { isList, isMap, Moment, sortedKeys, type Value } from './value.ts';

export interface JsonStyle {
  /** Two spaces for every level. */
  readonly isPretty: boolean;
  /** `<`, `>` and `&` as escapes. */
  readonly escapesHtml: boolean;
}

/** JSON as Go writes it, with sorted keys. */
export function printJson(value: Value, budget: Budget, style: JsonStyle, depth = 0): string {
  budget.spend(1);
  budget.depth(depth);
  const nested = (item: Value) => printJson(item, budget, style, depth + 1);
  if (typeof value === 'number') return jsonNumber(value);
  if (typeof value === 'string') return jsonText(value, style);
  if (isList(value)) return enclosed('[', value.map(nested), ']', style, depth);
  if (isMap(value)) {
    const colon = style.isPretty ? ': ' : ':';
    const entries = sortedKeys(value).map(
      (key) => jsonText(key, style) + colon + nested(value.get(key) ?? null),
    );
    return enclosed('{', entries, '}', style, depth);
  }
  if (value instanceof Moment) return jsonText(formatMoment(value, standardLayout), style);
  return value instanceof SemanticVersion ? jsonText(value.toString(), style) : String(value);
}

function enclosed(
  open: string,
  items: readonly string[],
  close: string,
  { isPretty }: JsonStyle,
  depth: number,
): string {
  if (!isPretty || items.length === 0) return open + items.join(',') + close;
  const [outer, inner] = [`\n${'  '.repeat(depth)}`, `\n${'  '.repeat(depth + 1)}`];
  return open + items.map((item) => inner + item).join(',') + outer + close;
}

/** Go's JSON uses exponents below 1e-6 and from 1e21 up, without a zero in front. */
function jsonNumber(value: number): string {
  if (!Number.isFinite(value)) throw new CallError(`json: unsupported value: ${printFloat(value)}`);
  return Object.is(value, -0) ? '-0' : String(value).replace(/e-0?/, 'e-');
}

function jsonText(value: string, { escapesHtml }: JsonStyle): string {
  return JSON.stringify(value.toWellFormed()).replaceAll(
    escapesHtml ? /[<>&\u2028\u2029]/g : /[\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
