import { formatMoment } from '../moment.ts';
import { type CallContext, type FunctionTable, text } from '../signature.ts';
import { CallError } from '../template-error.ts';
import { isTruthy, Moment, type Value } from '../value.ts';

function isEmpty(value: Value = null): boolean {
  return !isTruthy(value);
}

function now({ nowMs }: CallContext): Moment {
  if (nowMs === undefined) {
    throw new CallError('the time is not available here: the same variables must give the same script');
  }
  return new Moment(nowMs);
}

function toMoment(value: Value, context: CallContext): Moment {
  if (value instanceof Moment) return value;
  return typeof value === 'bigint' ? new Moment(Number(value) * 1000) : now(context);
}

/** Templates come from somebody with fewer rights than the process that renders them. */
function refuseEnvironment(name: string): Value {
  throw new CallError(`${name} is disabled: a template cannot read the environment`);
}

export const defaultFunctions: FunctionTable = {
  default: {
    parameters: ['any'],
    rest: 'any',
    call: ([fallback = null, given]) => (isEmpty(given) ? fallback : (given ?? null)),
  },
  empty: { parameters: ['any'], call: ([value]) => isEmpty(value) },
  coalesce: {
    parameters: [],
    rest: 'any',
    call: (values) => values.find((value) => !isEmpty(value)) ?? null,
  },
  ternary: {
    parameters: ['any', 'any', 'bool'],
    call: ([yes = null, no = null, condition]) => (condition ? yes : no),
  },
  required: {
    parameters: ['string', 'any'],
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
  now: { parameters: [], call: (_values, context) => now(context) },
  date: {
    parameters: ['string', 'any'],
    call: (values, context) => formatMoment(toMoment(values[1] ?? null, context), text(values, 0)),
  },
  env: { parameters: ['string'], call: () => refuseEnvironment('env') },
  expandenv: { parameters: ['string'], call: () => refuseEnvironment('expandenv') },
};
