import { isArray, isObject, type Json } from '../json.ts';

/**
 * The values that a simple JSONPath gives, as printer columns use it: `.spec.a`, `.a[0]`, `.a[*].b`,
 * `.a[?(@.type=="Ready")].status`, `.metadata.labels['x.y/z']` and `\.` for a dot within a name.
 */
export function jsonPath(path: string): (value: Json) => readonly Json[] {
  const steps = parse(path);
  return (value) => steps.reduce<readonly Json[]>((found, step) => found.flatMap(step), [value]);
}

type Step = (value: Json) => readonly Json[];

const token =
  /\.((?:\\.|[^.[\\])+)|\[(\d+)\]|\[\*\]|\['((?:\\.|[^'\\])*)'\]|\[\?\(@\.([\w.-]+)\s*==\s*(?:"([^"]*)"|'([^']*)')\)\]/y;

function parse(path: string): readonly Step[] {
  const text = path.replace(/^\{(.*)\}$/, '$1').replace(/^\$/, '');
  const steps: Step[] = [];
  // A copy: a filter parses the path inside it with the same expression meanwhile.
  const tokens = new RegExp(token);
  while (tokens.lastIndex < text.length) {
    const at = tokens.lastIndex;
    const match = tokens.exec(text);
    if (match === null) {
      throw new SyntaxError(`unknown JSONPath at ${at} of ${JSON.stringify(path)}`);
    }
    steps.push(stepOf(match));
  }
  return steps;
}

function stepOf([text, name, index, quoted, key, double, single]: RegExpExecArray): Step {
  if (index !== undefined) {
    return (value) => (isArray(value) ? present(value[Number(index)]) : []);
  }
  if (text === '[*]' || name === '*') {
    return (value) => (isArray(value) ? value : isObject(value) ? Object.values(value).flatMap(present) : []);
  }
  if (key !== undefined) {
    const wanted = double ?? single;
    const inner = jsonPath(`.${key}`);
    return (value) => (isArray(value) ? value.filter((item) => inner(item)[0] === wanted) : []);
  }
  const member = (name ?? quoted ?? '').replace(/\\(.)/g, '$1');
  return (value) => (isObject(value) && Object.hasOwn(value, member) ? present(value[member]) : []);
}

function present(value: Json | undefined): readonly Json[] {
  return value === undefined ? [] : [value];
}
