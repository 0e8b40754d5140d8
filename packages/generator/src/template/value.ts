import { SemanticVersion } from './semantic-version.ts';
import type { TimeZone } from './time-zone.ts';

/**
 * What a template computes with. Integers are `bigint` (Go's int, 64 bits), fractions are `number` (float64), maps
 * are `Map`, so that no key can reach a JavaScript prototype. `set` and `merge` change a map in place, as in Go.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | readonly Value[]
  | ValueMap
  | Int64
  | Moment
  | SemanticVersion;
export type ValueMap = Map<string, Value>;

/**
 * An integer of Go's type int64, which is not its int: `kindOf`, `typeOf` and `duration` tell them apart. It is never
 * inside a list or map, and only functions that `keepTypes` get one.
 */
export class Int64 {
  readonly integer: bigint;

  constructor(integer: bigint) {
    this.integer = integer;
  }

  toString(): string {
    return String(this.integer);
  }
}

/** A point in time with the time zone that it is printed in. */
export class Moment {
  /** Nanoseconds since the epoch. */
  readonly epochNs: bigint;
  readonly zone: TimeZone;

  constructor(epochNs: bigint, zone: TimeZone) {
    this.epochNs = epochNs;
    this.zone = zone;
  }

  /** Seconds since the epoch, whole ones. */
  get epochSeconds(): bigint {
    return floorDivide(this.epochNs, 1_000_000_000n);
  }
}

/** A list whose elements are of one type in Go; `typeOf` names it. */
export class TypedList extends Array<Value> {
  readonly elementType: 'int' | 'string' | '[]interface {}';

  constructor(elementType: TypedList['elementType'], items: Iterable<Value>) {
    super();
    this.elementType = elementType;
    for (const item of items) this.push(item);
  }

  /** What is made of a part of it is a list like any other. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}

/** A map whose values are all text in Go, what `split` gives. */
export class TextMap extends Map<string, Value> {}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isMap(value: Value): value is ValueMap {
  return value instanceof Map;
}

/** Go's name of the value's type, for messages. */
export function typeName(value: Value): string {
  if (value === null) return '<nil>';
  if (isList(value)) return value instanceof TypedList ? `[]${value.elementType}` : '[]interface {}';
  if (isMap(value)) return value instanceof TextMap ? 'map[string]string' : 'map[string]interface {}';
  if (value instanceof Int64) return 'int64';
  if (value instanceof Moment) return 'time.Time';
  if (value instanceof SemanticVersion) return '*semver.Version';
  return scalarTypeNames[typeof value as keyof typeof scalarTypeNames];
}

const scalarTypeNames = { boolean: 'bool', bigint: 'int', number: 'float64', string: 'string' } as const;

/** Go's truth: everything but the zero of its type. */
export function isTruthy(value: Value): boolean {
  if (isList(value)) return value.length > 0;
  if (isMap(value)) return value.size > 0;
  if (value instanceof Int64) return value.integer !== 0n;
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

/** The value as functions get it that do not tell int and int64 apart. */
export function plainValue(value: Value): Exclude<Value, Int64> {
  return value instanceof Int64 ? value.integer : value;
}

/** Rounds down, also below zero. */
function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor < 0n ? quotient - 1n : quotient;
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
