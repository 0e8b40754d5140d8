import type { Budget } from './budget.ts';
import { defaultLayout, formatMoment } from './moment.ts';
import { isList, isMap, Moment, sortedKeys, type Value } from './value.ts';

/** The value as Go's `%v` writes it. */
export function printValue(value: Value, budget: Budget, depth = 0): string {
  budget.spend(1);
  budget.depth(depth);
  if (value === null) return '<nil>';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return printFloat(value);
  if (isList(value)) {
    return bounded(`[${value.map((item) => printValue(item, budget, depth + 1)).join(' ')}]`, budget);
  }
  if (isMap(value)) {
    const entries = sortedKeys(value).map(
      (key) => `${key}:${printValue(value.get(key) ?? null, budget, depth + 1)}`,
    );
    return bounded(`map[${entries.join(' ')}]`, budget);
  }
  if (value instanceof Moment) return formatMoment(value, defaultLayout);
  return String(value);
}

function bounded(text: string, budget: Budget): string {
  budget.text(text.length);
  return text;
}

/** Go's `fmt.Sprint`: operands with a space between two of them when neither is a string. */
export function sprint(values: readonly Value[], budget: Budget): string {
  let result = '';
  for (const [i, value] of values.entries()) {
    const isGap = i > 0 && typeof value !== 'string' && typeof values[i - 1] !== 'string';
    result += (isGap ? ' ' : '') + printValue(value, budget);
    budget.text(result.length);
  }
  return result;
}

/** Where the shortest `%g` turns to exponents. */
const shortestPrecision = 6;

/** Go's shortest `%g`: two digits of exponent at least. */
export function printFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= shortestPrecision) {
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  return plainDecimal(value);
}

/** Without an exponent, with as many digits as needed to tell the number from its neighbours. */
export function plainDecimal(value: number): string {
  const [mantissa = '', exponentText] = String(Math.abs(value)).split('e');
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (exponentText === undefined) return sign + mantissa;
  const [whole = '', fraction = ''] = mantissa.split('.');
  const exponent = Number(exponentText);
  const digits = whole + fraction;
  return exponent < 0
    ? `${sign}0.${'0'.repeat(-exponent - whole.length)}${digits}`
    : sign + digits.padEnd(exponent + 1, '0');
}
