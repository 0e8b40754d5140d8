import type { CallContext, FunctionTable, TemplateFunction } from '../signature.ts';
import { CallError } from '../template-error.ts';
import { compareText, isList, isTruthy, TypedList, type Value } from '../value.ts';
import { deepEqual } from './equality.ts';
import { toInteger } from './numbers.ts';
import { kindOf } from './reflection.ts';
import { textsOf } from './strings.ts';

/** @throws CallError in Sprig's words for what is no list. */
function listOf(value: Value | undefined, action: string): readonly Value[] {
  if (isList(value ?? null)) return value as readonly Value[];
  throw new CallError(`Cannot ${action} type ${value === null ? 'nil' : kindOf(value ?? null)}`);
}

function chunk(size: Value, list: readonly Value[], { budget }: CallContext): Value {
  const length = Number(size);
  if (length < 1) throw new CallError('runtime error: the size of a chunk must be at least 1');
  budget.spend(list.length);
  const chunks = Array.from({ length: Math.ceil(list.length / length) }, (_, i) =>
    list.slice(i * length, (i + 1) * length),
  );
  return new TypedList('[]interface {}', chunks);
}

/** Sprig's: an empty list gives nil, and the bounds may be anything that stands for a number. */
function slice(value: Value | undefined, bounds: readonly Value[]): Value {
  if (!isList(value ?? null)) {
    throw new CallError(`list should be type of slice or array but ${kindOf(value ?? null)}`);
  }
  const list = value as readonly Value[];
  if (list.length === 0) return null;
  const start = bounds[0] === undefined ? 0n : toInteger(bounds[0]);
  const end = bounds[1] === undefined ? BigInt(list.length) : toInteger(bounds[1]);
  if (start < 0n || start > end || end > BigInt(list.length)) {
    throw new CallError('reflect.Value.Slice: slice index out of bounds');
  }
  return list.slice(Number(start), Number(end));
}

function isIn(list: readonly Value[], value: Value, context: CallContext): boolean {
  return list.some((item) => deepEqual(value, item, context));
}

function unique(list: readonly Value[], context: CallContext): Value[] {
  const kept: Value[] = [];
  for (const value of list) {
    if (!isIn(kept, value, context)) kept.push(value);
  }
  return kept;
}

function textsOrNil(value: Value, context: CallContext): string[] {
  return value === null ? ['<nil>'] : textsOf(value, context);
}

/** Where Sprig gives no list (nil), so do we: it prints and tests like an empty one. */
function orNil(list: readonly Value[], source: readonly Value[]): Value {
  return source.length === 0 ? [] : list;
}

const one = ['any'] as const;
const two = ['any', 'any'] as const;

/** Functions that Sprig has twice, the second time as `mustX`; here both are the same: they refuse what is no list. */
const withMust: FunctionTable = {
  append: { parameters: two, call: ([list, item = null]) => [...listOf(list, 'push on'), item] },
  push: { parameters: two, call: ([list, item = null]) => [...listOf(list, 'push on'), item] },
  prepend: { parameters: two, call: ([list, item = null]) => [item, ...listOf(list, 'prepend on')] },
  first: { parameters: one, call: ([list]) => listOf(list, 'find first on')[0] ?? null },
  last: { parameters: one, call: ([list]) => listOf(list, 'find last on').at(-1) ?? null },
  rest: {
    parameters: one,
    call: ([list]) => orNil(listOf(list, 'find rest on').slice(1), listOf(list, 'find rest on')),
  },
  initial: {
    parameters: one,
    call: ([list]) => orNil(listOf(list, 'find initial on').slice(0, -1), listOf(list, 'find initial on')),
  },
  reverse: { parameters: one, call: ([list]) => [...listOf(list, 'find reverse on')].reverse() },
  uniq: { parameters: one, call: ([list], context) => unique(listOf(list, 'find uniq on'), context) },
  compact: { parameters: one, call: ([list]) => listOf(list, 'compact on').filter(isTruthy) },
  without: {
    parameters: one,
    rest: 'any',
    call: ([list, ...omitted], context) =>
      listOf(list, 'find without on').filter((item) => !isIn(omitted, item, context)),
  },
  has: {
    parameters: two,
    call: ([needle = null, list = null], context) =>
      list !== null && isIn(listOf(list, 'find has on'), needle, context),
  },
  chunk: {
    parameters: ['int', 'any'],
    call: ([size = 0n, list], context) => chunk(size, listOf(list, 'chunk'), context),
  },
};

const newList: TemplateFunction = { parameters: [], rest: 'any', call: (values) => [...values] };

export const listFunctions: FunctionTable = {
  ...withMust,
  ...Object.fromEntries(
    Object.entries(withMust).map(([name, definition]) => [
      `must${name[0]?.toUpperCase()}${name.slice(1)}`,
      definition,
    ]),
  ),
  // `slice` itself is Go's.
  mustSlice: { parameters: one, rest: 'any', call: ([list, ...bounds]) => slice(list, bounds) },
  list: newList,
  tuple: newList,
  concat: {
    parameters: [],
    rest: 'any',
    call: (values, { budget }) =>
      values.flatMap((list) => {
        if (!isList(list)) throw new CallError(`Cannot concat type ${kindOf(list)} as list`);
        budget.spend(list.length);
        return list;
      }),
  },
  sortAlpha: {
    parameters: one,
    call: ([value = null], context) => new TypedList('string', textsOrNil(value, context).sort(compareText)),
  },
  toStrings: {
    parameters: one,
    call: ([value = null], context) => new TypedList('string', textsOf(value, context)),
  },
};
