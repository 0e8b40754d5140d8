import { type FunctionTable, text } from '../signature.ts';
import { CallError } from '../template-error.ts';
import { isTruthy, type Value } from '../value.ts';

function isEmpty(value: Value = null): boolean {
  return !isTruthy(value);
}

export const defaultFunctions: FunctionTable = {
  default: {
    parameters: ['any'],
    rest: 'any',
    keepsTypes: true,
    call: ([fallback = null, given]) => (isEmpty(given) ? fallback : (given ?? null)),
  },
  empty: { parameters: ['any'], call: ([value]) => isEmpty(value) },
  coalesce: {
    parameters: [],
    rest: 'any',
    keepsTypes: true,
    call: (values) => values.find((value) => !isEmpty(value)) ?? null,
  },
  ternary: {
    parameters: ['any', 'any', 'bool'],
    keepsTypes: true,
    call: ([yes = null, no = null, condition]) => (condition ? yes : no),
  },
  required: {
    parameters: ['string', 'any'],
    keepsTypes: true,
    call: (values) => {
      const value = values[1] ?? null;
      if (value === null || value === '') throw new CallError(text(values, 0));
      return value;
    },
  },
  fail: {
    parameters: ['string'],
    call: (values) => {
      throw new CallError(text(values, 0));
    },
  },
  all: { parameters: [], rest: 'any', call: (values) => !values.some(isEmpty) },
  any: { parameters: [], rest: 'any', call: (values) => !values.every(isEmpty) },
};
