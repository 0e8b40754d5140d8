import { printValue } from '../print.ts';
import { type CallContext, type FunctionTable, type TemplateFunction, text } from '../signature.ts';
import { CallError } from '../template-error.ts';
import {
  Int64,
  isList,
  isMap,
  isTruthy,
  sortedKeys,
  TypedList,
  type Value,
  type ValueMap,
} from '../value.ts';
import { kindOf } from './reflection.ts';

/** A nil where a map is expected is an empty one. */
function mapAt(values: readonly Value[], i: number): ValueMap {
  const value = values[i] ?? null;
  return isMap(value) ? value : new Map();
}

function dict(values: readonly Value[], { budget }: CallContext): ValueMap {
  const map: ValueMap = new Map();
  for (let i = 0; i < values.length; i += 2) {
    const value = values[i + 1];
    map.set(printValue(values[i] ?? null, budget), value === undefined ? '' : value);
  }
  return map;
}

type Wins = (present: Value, value: Value) => boolean;

/** Lays `source` on `target`, map by map. */
function mergeInto(target: ValueMap, source: ValueMap, wins: Wins, context: CallContext, depth = 0): void {
  context.budget.depth(depth);
  for (const [key, value] of source) {
    context.budget.spend(1);
    const present = target.get(key) ?? null;
    if (isMap(present) && isMap(value)) {
      if (present !== value) mergeInto(present, value, wins, context, depth + 1);
    } else if (wins(present, value)) {
      target.set(key, value);
    }
  }
}

function merging(wins: Wins): TemplateFunction {
  return {
    parameters: ['map'],
    rest: 'map',
    call: (values, context) => {
      const target = mapAt(values, 0);
      for (let i = 1; i < values.length; i += 1) mergeInto(target, mapAt(values, i), wins, context);
      return target;
    },
  };
}

/** What the target lacks. */
const merge = merging((present, value) => value !== null && !isTruthy(present));
/** What the source has. */
const mergeOverwrite = merging(() => true);

function copy(value: Value, context: CallContext, depth = 0): Value {
  context.budget.spend(1);
  context.budget.depth(depth);
  if (isList(value)) {
    const items = value.map((item) => copy(item, context, depth + 1));
    return value instanceof TypedList ? new TypedList(value.elementType, items) : items;
  }
  if (!isMap(value)) return value;
  return new Map([...value].map(([key, item]) => [key, copy(item, context, depth + 1)] as const));
}

const deepCopy: TemplateFunction = {
  parameters: ['any'],
  keepsTypes: true,
  call: ([value = null], context) => copy(value, context),
};

/** `dig "a" "b" default map`: what is at a.b, or the default. */
function dig(values: readonly Value[]): Value {
  if (values.length < 3) throw new CallError('dig needs at least three arguments');
  const path = values.slice(0, -2);
  const fallback = values.at(-2) ?? null;
  let value: Value = values.at(-1) ?? null;
  for (const key of path) {
    if (typeof key !== 'string') throw notA('string', key);
    if (!isMap(value)) throw notA('map[string]interface {}', value);
    if (!value.has(key)) return fallback;
    value = value.get(key) ?? null;
  }
  return value;
}

function notA(wanted: string, value: Value): CallError {
  return new CallError(`interface conversion: interface {} is ${kindOf(value)}, not ${wanted}`);
}

/** `get` gives an empty text for a key that is not there, and nil for one that holds nil. */
function absent(values: readonly Value[]): Value {
  return mapAt(values, 0).has(text(values, 1)) ? null : '';
}

function entriesOf(map: ValueMap, isWanted: (key: string) => boolean): ValueMap {
  return new Map([...map].filter(([key]) => isWanted(key)));
}

function setIn(map: Value, key: string, value: Value): Value {
  if (!isMap(map)) throw new CallError('assignment to entry in nil map');
  return map.set(key, value instanceof Int64 ? value.integer : value);
}

export const mapFunctions: FunctionTable = {
  dict: { parameters: [], rest: 'any', call: dict },
  get: {
    parameters: ['map', 'string'],
    call: (values) => mapAt(values, 0).get(text(values, 1)) ?? absent(values),
  },
  set: {
    parameters: ['map', 'string', 'any'],
    call: (values) => setIn(values[0] ?? null, text(values, 1), values[2] ?? null),
  },
  unset: {
    parameters: ['map', 'string'],
    call: (values) => {
      mapAt(values, 0).delete(text(values, 1));
      return mapAt(values, 0);
    },
  },
  hasKey: { parameters: ['map', 'string'], call: (values) => mapAt(values, 0).has(text(values, 1)) },
  // Go gives keys and values in random order; sorted is one of them, and the same every time.
  keys: {
    parameters: [],
    rest: 'map',
    call: (values) =>
      new TypedList(
        'string',
        values.flatMap((_, i) => sortedKeys(mapAt(values, i))),
      ),
  },
  values: {
    parameters: ['map'],
    call: (values) => sortedKeys(mapAt(values, 0)).map((key) => mapAt(values, 0).get(key) ?? null),
  },
  pluck: {
    parameters: ['string'],
    rest: 'map',
    call: ([key, ...maps]) =>
      maps.flatMap((map) => (isMap(map) && map.has(key as string) ? [map.get(key as string) ?? null] : [])),
  },
  pick: {
    parameters: ['map'],
    rest: 'string',
    call: (values) => {
      const wanted = new Set(values.slice(1));
      return entriesOf(mapAt(values, 0), (key) => wanted.has(key));
    },
  },
  omit: {
    parameters: ['map'],
    rest: 'string',
    call: (values) => {
      const unwanted = new Set(values.slice(1));
      return entriesOf(mapAt(values, 0), (key) => !unwanted.has(key));
    },
  },
  merge,
  mustMerge: merge,
  mergeOverwrite,
  mustMergeOverwrite: mergeOverwrite,
  deepCopy,
  mustDeepCopy: deepCopy,
  dig: { parameters: [], rest: 'any', call: dig },
};
