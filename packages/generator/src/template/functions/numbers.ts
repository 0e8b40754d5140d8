import { parseInteger } from '../literal.ts';
import type { FunctionTable, ParameterType } from '../signature.ts';
import { CallError } from '../template-error.ts';
import { int64, type Value } from '../value.ts';

/** A longer text is no int64; reading a million digits takes a third of a second. */
const maxIntegerLength = 256;

/** What Sprig makes of a value that should be a whole number: 0 for what is none. */
function toInteger(value: Value = null): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? int64(BigInt(Math.trunc(value))) : 0n;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value !== 'string') return 0n;
  if (value.length > maxIntegerLength) return 0n;
  const parsed = parseInteger(value.replace(/\.0+$/, '')) ?? 0n;
  return int64(parsed) === parsed ? parsed : 0n;
}

function toFloat(value: Value = null): number {
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/.test(value))
    return 0;
  return Number(value);
}

function divide(values: readonly Value[], operation: (a: bigint, b: bigint) => bigint): bigint {
  const divisor = toInteger(values[1]);
  if (divisor === 0n) throw new CallError('runtime error: integer divide by zero');
  return int64(operation(toInteger(values[0]), divisor));
}

function extreme(values: readonly Value[], isBetter: (a: bigint, b: bigint) => boolean): bigint {
  return values.map(toInteger).reduce((best, value) => (isBetter(value, best) ? value : best));
}

const any = ['any'] as const;
const pair = ['any', 'any'] as const;
const rest: ParameterType = 'any';

export const numberFunctions: FunctionTable = {
  int: { parameters: any, call: ([value]) => toInteger(value) },
  int64: { parameters: any, call: ([value]) => toInteger(value) },
  float64: { parameters: any, call: ([value]) => toFloat(value) },
  add: {
    parameters: [],
    rest,
    call: (values) => values.reduce<bigint>((sum, value) => int64(sum + toInteger(value)), 0n),
  },
  sub: { parameters: pair, call: (values) => int64(toInteger(values[0]) - toInteger(values[1])) },
  mul: {
    parameters: any,
    rest,
    call: (values) => values.reduce<bigint>((product, value) => int64(product * toInteger(value)), 1n),
  },
  div: { parameters: pair, call: (values) => divide(values, (a, b) => a / b) },
  mod: { parameters: pair, call: (values) => divide(values, (a, b) => a % b) },
  max: { parameters: any, rest, call: (values) => extreme(values, (a, b) => a > b) },
  min: { parameters: any, rest, call: (values) => extreme(values, (a, b) => a < b) },
};
