/**
 * What a template computes with. Integers are `bigint` (Go's int, 64 bits), fractions are `number` (float64), maps
 * are `Map`, so that no key can reach a JavaScript prototype. `set` and `merge` change a map in place, as in Go.
 */
export type Value = null | boolean | bigint | number | string | readonly Value[] | ValueMap | Moment;
export type ValueMap = Map<string, Value>;

/** A point in time, what `now` gives. */
export class Moment {
  readonly epochMs: number;

  constructor(epochMs: number) {
    this.epochMs = epochMs;
  }
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isMap(value: Value): value is ValueMap {
  return value instanceof Map;
}

/** Go's name of the value's type, for messages. */
export function typeName(value: Value): string {
  if (value === null) return '<nil>';
  if (isList(value)) return '[]interface {}';
  if (isMap(value)) return 'map[string]interface {}';
  if (value instanceof Moment) return 'time.Time';
  return scalarTypeNames[typeof value as keyof typeof scalarTypeNames];
}

const scalarTypeNames = { boolean: 'bool', bigint: 'int', number: 'float64', string: 'string' } as const;

/** Go's truth: everything but the zero of its type. */
export function isTruthy(value: Value): boolean {
  if (isList(value)) return value.length > 0;
  if (isMap(value)) return value.size > 0;
  return Boolean(value) || Number.isNaN(value);
}

/** Texts in the order of their UTF-8 bytes, as Go compares them. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) {
      return rank(x) - rank(y);
    }
  }
  return a.length - b.length;
}

/** UTF-16 puts surrogates (characters past U+FFFF) below U+E000; UTF-8 puts them last. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Keys in the order in which Go ranges over and prints a map. */
export function sortedKeys(map: ValueMap): string[] {
  return [...map.keys()].sort(compareText);
}

export function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

/** The 64-bit wrap-around of Go's integer arithmetic. */
export function int64(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

/**
 * Plain data (parsed JSON or YAML) as template values. Whole numbers become integers.
 * @throws TypeError for what is not data (functions, class instances, cycles deeper than 200).
 */
export function toValue(data: unknown, depth = 0): Value {
  if (depth > 200) throw new TypeError('the data is nested too deeply');
  if (data === null || data === undefined) return null;
  if (typeof data === 'number') return Number.isSafeInteger(data) ? BigInt(data) : data;
  if (typeof data === 'string' || typeof data === 'boolean' || typeof data === 'bigint') return data;
  if (Array.isArray(data)) return data.map((item) => toValue(item, depth + 1));
  if (data instanceof Map) return mapOf(data.entries(), depth);
  if (data instanceof Moment) return data;
  if (typeof data === 'object' && isPlain(data)) return mapOf(Object.entries(data), depth);
  throw new TypeError(`not data: ${typeof data}`);
}

function mapOf(entries: Iterable<[unknown, unknown]>, depth: number): ValueMap {
  const map: ValueMap = new Map();
  for (const [key, item] of entries) {
    map.set(String(key), toValue(item, depth + 1));
  }
  return map;
}

function isPlain(data: object): boolean {
  const prototype = Object.getPrototypeOf(data);
  return prototype === Object.prototype || prototype === null;
}
