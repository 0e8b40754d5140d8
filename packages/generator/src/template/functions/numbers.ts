import { parseInteger, parseNumber } from '../literal.ts';
import { printValue } from '../print.ts';
import {
  type CallContext,
  type FunctionTable,
  type ParameterType,
  type TemplateFunction,
  text,
} from '../signature.ts';
import { CallError } from '../template-error.ts';
import { Int64, int64, TypedList, type Value } from '../value.ts';

/** A longer text is no int64; reading a million digits takes a third of a second. */
const maxIntegerLength = 256;

/** What Sprig makes of a value that should be a whole number: 0 for what is none. */
export function toInteger(value: Value = null): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return fromFloat(value);
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value !== 'string') return 0n;
  if (value.length > maxIntegerLength) return 0n;
  const parsed = parseInteger(value.replace(/\.0+$/, '')) ?? 0n;
  return int64(parsed) === parsed ? parsed : 0n;
}

const digits = '[0-9](?:_?[0-9])*';
const hexDigits = '[0-9a-fA-F](?:_?[0-9a-fA-F])*';
const floatPattern = new RegExp(
  `^[-+]?(?:(?:${digits}\\.?(?:${digits})?|\\.${digits})(?:[eE][-+]?[0-9]+)?|0[xX]_?(?:${hexDigits}\\.?(?:${hexDigits})?|\\.${hexDigits})[pP][-+]?[0-9]+)$`,
);

/** As processors do it: what does not fit becomes the smallest number. */
function fromFloat(value: number): bigint {
  const smallest = -(2 ** 63);
  return BigInt(value >= smallest && value < -smallest ? Math.trunc(value) : smallest);
}

export function toFloat(value: Value = null): number {
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return 0;
  if (/^[-+]?inf(?:inity)?$/i.test(value)) return value.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(value)) return Number.NaN;
  if (!floatPattern.test(value)) return 0;
  const parsed = /^[-+]?0[xX]/.test(value)
    ? Number(parseNumber(value) ?? 0)
    : Number(value.replaceAll('_', ''));
  return Number.isFinite(parsed) ? parsed : 0;
}

/** What Go's strconv.ParseInt gives with its error ignored: 0 for what is none, the nearest for what is too large. */
export function parseDecimal(text: string): bigint {
  const match = /^([-+]?)0*([0-9]+)$/.exec(text);
  if (match === null) return 0n;
  const [, sign = '', digits = ''] = match;
  const size = digits.length > 20 ? 2n ** 64n : BigInt(digits);
  return clamp(sign === '-' ? -size : size);
}

function clamp(value: bigint): bigint {
  const [smallest, largest] = [-(2n ** 63n), 2n ** 63n - 1n];
  if (value < smallest) return smallest;
  return value > largest ? largest : value;
}

function divide(values: readonly Value[], operation: (a: bigint, b: bigint) => bigint): bigint {
  const divisor = toInteger(values[1]);
  if (divisor === 0n) throw new CallError('runtime error: integer divide by zero');
  return int64(operation(toInteger(values[0]), divisor));
}

function extreme(values: readonly Value[], isBetter: (a: bigint, b: bigint) => boolean): bigint {
  return values.map(toInteger).reduce((best, value) => (isBetter(value, best) ? value : best));
}

/** A text in octal, such as a file mode. */
function fromOctal(value: Value, { budget }: CallContext): bigint {
  const digits = printValue(value, budget);
  if (!/^[-+]?[0-7]+$/.test(digits) || digits.length > maxIntegerLength) return 0n;
  const size = BigInt(`0o${digits.replace(/^[-+]/, '')}`);
  const result = digits.startsWith('-') ? -size : size;
  return int64(result) === result ? result : 0n;
}

/** Numbers from `start` until before `stop`. */
function steps(values: readonly Value[], { budget }: CallContext): bigint[] {
  const [start, stop, step] = values.map(toInteger) as [bigint, bigint, bigint];
  const distance = stop - start;
  if (distance === 0n || step === 0n || distance > 0n !== step > 0n) return [];
  const count = (distance + step - (step > 0n ? 1n : -1n)) / step;
  budget.spend(Number(count));
  return Array.from({ length: Number(count) }, (_, i) => start + BigInt(i) * step);
}

/** As the program of this name: `seq 3`, `seq 2 5`, `seq 0 2 10`. */
function sequence(values: readonly Value[], context: CallContext): string {
  const numbers = values.map(toInteger);
  if (numbers.length === 0 || numbers.length > 3) return '';
  const start = numbers.length === 1 ? 1n : (numbers[0] ?? 0n);
  const end = numbers.at(-1) ?? 0n;
  const direction = end < start ? -1n : 1n;
  const step = numbers.length === 3 ? (numbers[1] ?? 0n) : direction;
  if (direction < 0n && step > 0n) return '';
  const result = steps([start, end + direction, step], context).join(' ');
  context.budget.text(result.length);
  return result;
}

function round(value: number, places: number, roundOn: number): number {
  const power = 10 ** places;
  const digit = power * value;
  const isUp = digit - Math.trunc(digit) >= roundOn;
  return (isUp ? Math.ceil(digit) : Math.floor(digit)) / power;
}

const any = ['any'] as const;
const pair = ['any', 'any'] as const;
const rest: ParameterType = 'any';

const asInt64: TemplateFunction = { parameters: any, call: ([value]) => new Int64(toInteger(value)) };
const largest: TemplateFunction = {
  parameters: any,
  rest,
  call: (values) => new Int64(extreme(values, (a, b) => a > b)),
};

export const numberFunctions: FunctionTable = {
  int: { parameters: any, call: ([value]) => toInteger(value) },
  int64: asInt64,
  float64: { parameters: any, call: ([value]) => toFloat(value) },
  atoi: { parameters: ['string'], call: (values) => parseDecimal(text(values, 0)) },
  toDecimal: {
    parameters: any,
    call: ([value = null], context) => new Int64(fromOctal(value, context)),
  },
  add: {
    parameters: [],
    rest,
    call: (values) => new Int64(values.reduce<bigint>((sum, value) => int64(sum + toInteger(value)), 0n)),
  },
  add1: { parameters: any, call: ([value]) => new Int64(int64(toInteger(value) + 1n)) },
  sub: {
    parameters: pair,
    call: (values) => new Int64(int64(toInteger(values[0]) - toInteger(values[1]))),
  },
  mul: {
    parameters: any,
    rest,
    call: (values) =>
      new Int64(values.reduce<bigint>((product, value) => int64(product * toInteger(value)), 1n)),
  },
  div: { parameters: pair, call: (values) => new Int64(divide(values, (a, b) => a / b)) },
  mod: { parameters: pair, call: (values) => new Int64(divide(values, (a, b) => a % b)) },
  max: largest,
  biggest: largest,
  min: { parameters: any, rest, call: (values) => new Int64(extreme(values, (a, b) => a < b)) },
  maxf: { parameters: any, rest, call: (values) => values.map(toFloat).reduce((a, b) => Math.max(a, b)) },
  minf: { parameters: any, rest, call: (values) => values.map(toFloat).reduce((a, b) => Math.min(a, b)) },
  ceil: { parameters: any, call: ([value]) => Math.ceil(toFloat(value)) },
  floor: { parameters: any, call: ([value]) => Math.floor(toFloat(value)) },
  round: {
    parameters: ['any', 'int'],
    rest: 'float',
    call: (values) => round(toFloat(values[0]), Number(values[1]), Number(values[2] ?? 0.5)),
  },
  seq: { parameters: [], rest: 'int', call: sequence },
  until: {
    parameters: ['int'],
    call: ([count = 0n], context) =>
      new TypedList('int', steps([0n, count, toInteger(count) < 0n ? -1n : 1n], context)),
  },
  untilStep: {
    parameters: ['int', 'int', 'int'],
    call: (values, context) => new TypedList('int', steps(values, context)),
  },
};
