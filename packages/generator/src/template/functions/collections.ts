import { printValue } from '../print.ts';
import { type CallContext, type FunctionTable, text } from '../signature.ts';
import { CallError } from '../template-error.ts';
import {
  compareText,
  isList,
  isMap,
  isTruthy,
  Moment,
  sortedKeys,
  typeName,
  type Value,
  type ValueMap,
} from '../value.ts';
import { textsOf } from './strings.ts';

/** A nil where a map is expected is an empty one. */
function mapAt(values: readonly Value[], i: number): ValueMap {
  const value = values[i] ?? null;
  return isMap(value) ? value : new Map();
}

function listAt(values: readonly Value[], what: string): readonly Value[] {
  const value = values[0] ?? null;
  if (isList(value)) return value;
  throw new CallError(`Cannot find ${what} on type ${kindName(value)}`);
}

function kindName(value: Value): string {
  if (isMap(value)) return 'map';
  return value === null ? 'nil' : typeName(value);
}

function dict(values: readonly Value[], { budget }: CallContext): ValueMap {
  const map: ValueMap = new Map();
  for (let i = 0; i < values.length; i += 2) {
    const value = values[i + 1];
    map.set(printValue(values[i] ?? null, budget), value === undefined ? '' : value);
  }
  return map;
}

/** Fills what is missing or empty in `target` from `source`, map by map. */
function mergeInto(target: ValueMap, source: ValueMap, context: CallContext, depth = 0): void {
  context.budget.depth(depth);
  for (const [key, value] of source) {
    context.budget.spend(1);
    const present = target.get(key) ?? null;
    if (isMap(present) && isMap(value)) {
      if (present !== value) mergeInto(present, value, context, depth + 1);
    } else if (!isTruthy(present)) {
      target.set(key, value);
    }
  }
}

function unique(values: readonly Value[], context: CallContext): Value[] {
  const kept: Value[] = [];
  for (const value of listAt(values, 'uniq')) {
    if (!kept.some((other) => deepEqual(other, value, context))) kept.push(value);
  }
  return kept;
}

function deepEqual(a: Value, b: Value, context: CallContext, depth = 0): boolean {
  context.budget.spend(1);
  context.budget.depth(depth);
  const same = (x: Value, y: Value) => deepEqual(x, y, context, depth + 1);
  if (isList(a) && isList(b)) {
    return a.length === b.length && a.every((item, i) => same(item, b[i] ?? null));
  }
  if (isMap(a) && isMap(b)) {
    return a.size === b.size && [...a].every(([key, item]) => b.has(key) && same(item, b.get(key) ?? null));
  }
  return a instanceof Moment && b instanceof Moment ? a.epochMs === b.epochMs : a === b;
}

export const collectionFunctions: FunctionTable = {
  dict: { parameters: [], rest: 'any', call: dict },
  list: { parameters: [], rest: 'any', call: (values) => [...values] },
  get: {
    parameters: ['map', 'string'],
    call: (values) => mapAt(values, 0).get(text(values, 1)) ?? absent(values),
  },
  set: {
    parameters: ['map', 'string', 'any'],
    call: (values) => mapAt(values, 0).set(text(values, 1), values[2] ?? null),
  },
  hasKey: { parameters: ['map', 'string'], call: (values) => mapAt(values, 0).has(text(values, 1)) },
  // Go gives keys and values in random order; sorted is one of them, and the same every time.
  keys: {
    parameters: [],
    rest: 'map',
    call: (values) => values.flatMap((_, i) => sortedKeys(mapAt(values, i))),
  },
  values: {
    parameters: ['map'],
    call: (values) => sortedKeys(mapAt(values, 0)).map((key) => mapAt(values, 0).get(key) ?? null),
  },
  merge: {
    parameters: ['map'],
    rest: 'map',
    call: (values, context) => {
      const target = mapAt(values, 0);
      for (let i = 1; i < values.length; i++) mergeInto(target, mapAt(values, i), context);
      return target;
    },
  },
  first: { parameters: ['any'], call: (values) => listAt(values, 'first')[0] ?? null },
  last: { parameters: ['any'], call: (values) => listAt(values, 'last').at(-1) ?? null },
  uniq: { parameters: ['any'], call: unique },
  sortAlpha: {
    parameters: ['any'],
    call: ([value = null], context) => textsOrNil(value, context).sort(compareText),
  },
};

/** `get` gives an empty text for a key that is not there, and nil for one that holds nil. */
function absent(values: readonly Value[]): Value {
  return mapAt(values, 0).has(text(values, 1)) ? null : '';
}

function textsOrNil(value: Value, context: CallContext): string[] {
  return value === null ? ['<nil>'] : textsOf(value, context);
}
