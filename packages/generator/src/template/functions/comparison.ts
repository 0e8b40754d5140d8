import type { FunctionTable } from '../signature.ts';
import { CallError } from '../template-error.ts';
import { compareText, isList, isMap, isTruthy, Moment, typeName, type Value } from '../value.ts';

/** Equal in the sense of Go's `eq`: values of one kind, or one of them nil. */
function equal(a: Value, b: Value): boolean {
  if (a === null || b === null) return a === b;
  if (kindOf(a) !== kindOf(b)) {
    throw new CallError(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`);
  }
  if (isList(a) || isMap(a)) {
    throw new CallError(`non-comparable type ${typeName(b)}`);
  }
  return a instanceof Moment && b instanceof Moment ? a.epochNs === b.epochNs : a === b;
}

function less(a: Value, b: Value): boolean {
  for (const value of [a, b]) {
    if (kindOf(value) === 'other') throw new CallError('invalid type for comparison');
  }
  if (kindOf(a) !== kindOf(b)) {
    throw new CallError(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`);
  }
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b) < 0;
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b;
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  throw new CallError('invalid type for comparison');
}

function kindOf(value: Value): string {
  return value === null || typeof value === 'object' ? 'other' : typeof value;
}

const pair = ['any', 'any'] as const;

function argument(values: readonly Value[], i: number): Value {
  return values[i] ?? null;
}

/** `and` and `or` are not here: they don't evaluate all of their arguments, so the evaluator has them. */
export const comparisonFunctions: FunctionTable = {
  not: { parameters: ['any'], call: (values) => !isTruthy(argument(values, 0)) },
  eq: {
    parameters: ['any'],
    rest: 'any',
    call: ([first = null, ...others]) => {
      if (others.length === 0) throw new CallError('missing argument for comparison');
      return others.some((other) => equal(first, other));
    },
  },
  ne: { parameters: pair, call: (values) => !equal(argument(values, 0), argument(values, 1)) },
  lt: { parameters: pair, call: (values) => less(argument(values, 0), argument(values, 1)) },
  le: {
    parameters: pair,
    call: (values) =>
      less(argument(values, 0), argument(values, 1)) || equal(argument(values, 0), argument(values, 1)),
  },
  gt: {
    parameters: pair,
    call: (values) =>
      !(less(argument(values, 0), argument(values, 1)) || equal(argument(values, 0), argument(values, 1))),
  },
  ge: { parameters: pair, call: (values) => !less(argument(values, 0), argument(values, 1)) },
};
