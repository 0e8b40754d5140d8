import { plainDecimal, printFloat } from '../print.ts';
import type { CallContext, FunctionTable } from '../signature.ts';
import { CallError } from '../template-error.ts';
import type { Value } from '../value.ts';
import { toFloat } from './numbers.ts';

/** An exact decimal number: coefficient × 10^exponent. */
interface Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
}

type Operation = (a: Decimal, b: Decimal) => Decimal;

/** How many decimal places a quotient has. */
const divisionPlaces = 16;

/** The digits that tell a float from its neighbours. */
function toDecimal(value: number): Decimal {
  if (!Number.isFinite(value)) throw new CallError(`Cannot create a Decimal from ${printFloat(value)}`);
  const [whole = '', fraction = ''] = plainDecimal(value).split('.');
  return { coefficient: BigInt(whole + fraction), exponent: -fraction.length };
}

function toNumber({ coefficient, exponent }: Decimal): number {
  return Number(`${coefficient}e${exponent}`);
}

function aligned(a: Decimal, b: Decimal): readonly [bigint, bigint, number] {
  const exponent = Math.min(a.exponent, b.exponent);
  const scale = (decimal: Decimal) => decimal.coefficient * 10n ** BigInt(decimal.exponent - exponent);
  return [scale(a), scale(b), exponent];
}

const add: Operation = (a, b) => {
  const [left, right, exponent] = aligned(a, b);
  return { coefficient: left + right, exponent };
};

const subtract: Operation = (a, b) => add(a, { ...b, coefficient: -b.coefficient });

const multiply: Operation = (a, b) => ({
  coefficient: a.coefficient * b.coefficient,
  exponent: a.exponent + b.exponent,
});

/** Rounded half away from zero. */
const divide: Operation = (a, b) => {
  if (b.coefficient === 0n) throw new CallError('decimal division by 0');
  const [left, right] = aligned(a, b);
  const scaled = left * 10n ** BigInt(divisionPlaces);
  const quotient = scaled / right;
  const remainder = scaled % right;
  const size = (value: bigint) => (value < 0n ? -value : value);
  const isUp = 2n * size(remainder) >= size(right);
  const direction = scaled < 0n === right < 0n ? 1n : -1n;
  return { coefficient: isUp ? quotient + direction : quotient, exponent: -divisionPlaces };
};

/** A float has up to 650 digits before and behind the point together. */
const stepsPerOperation = 20;

function calculate(values: readonly Value[], operation: Operation, { budget }: CallContext): number {
  const [first = toDecimal(0), ...others] = values.map((value) => toDecimal(toFloat(value)));
  return toNumber(
    others.reduce((result, value, i) => {
      // A product grows with every factor.
      budget.spend(stepsPerOperation + i);
      return operation(result, value);
    }, first),
  );
}

const one = ['any'] as const;

export const decimalFunctions: FunctionTable = {
  add1f: { parameters: one, call: (values, context) => calculate([...values, 1n], add, context) },
  addf: { parameters: [], rest: 'any', call: (values, context) => calculate([0n, ...values], add, context) },
  subf: { parameters: one, rest: 'any', call: (values, context) => calculate(values, subtract, context) },
  mulf: { parameters: one, rest: 'any', call: (values, context) => calculate(values, multiply, context) },
  divf: { parameters: one, rest: 'any', call: (values, context) => calculate(values, divide, context) },
};
