/** What one field of a cron expression lets through. */
export interface CronField {
  readonly values: ReadonlySet<number>;
  /** `*` or `?` stands in it: where that is so for one of the two fields of days, both have to match. */
  readonly isOpen: boolean;
}

export interface CronFields {
  readonly minute: CronField;
  readonly hour: CronField;
  readonly dayOfMonth: CronField;
  readonly month: CronField;
  readonly dayOfWeek: CronField;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const bounds = {
  minute: { min: 0, max: 59 },
  hour: { min: 0, max: 23 },
  dayOfMonth: { min: 1, max: 31 },
  month: { min: 1, max: 12, names: months },
  dayOfWeek: { min: 0, max: 6, names: weekdays },
} as const satisfies Record<keyof CronFields, Bounds>;

/** Unicode's white space, by which Kubernetes separates fields. */
const blanks = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** The words of a text. */
export function wordsOf(text: string): readonly string[] {
  return text.split(blanks).filter((word) => word !== '');
}

/** Read five fields. @throws RangeError that says which part is wrong */
export function parseFields(expression: string): CronFields {
  const words = wordsOf(expression);
  if (words.length !== 5) {
    throw new RangeError(`it has ${words.length} fields instead of 5`);
  }
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = ''] = words;
  return {
    minute: parseField(minute, bounds.minute),
    hour: parseField(hour, bounds.hour),
    dayOfMonth: parseField(dayOfMonth, bounds.dayOfMonth),
    month: parseField(month, bounds.month),
    dayOfWeek: parseField(dayOfWeek, bounds.dayOfWeek),
  };
}

/** A list of ranges; empty entries of the list are none. */
function parseField(text: string, limits: Bounds): CronField {
  const ranges = text
    .split(',')
    .filter((range) => range !== '')
    .map((range) => parseRange(range, limits));
  return {
    values: new Set(ranges.flatMap(valuesOf)),
    isOpen: ranges.some(({ isOpen }) => isOpen),
  };
}

interface Range {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  readonly isOpen: boolean;
}

/** `*`, `?`, `N`, `N-M`, each with an optional `/STEP`; `N/STEP` goes on to the end. */
function parseRange(text: string, limits: Bounds): Range {
  const [span = '', stepText, ...more] = text.split('/');
  const [low = '', high, ...rest] = span.split('-');
  const isAll = low === '*' || low === '?';
  if (more.length > 0 || (!isAll && rest.length > 0)) {
    throw new RangeError(`"${text}" is more than one range with one step`);
  }
  const step = stepText === undefined ? 1 : parseNumber(stepText);
  const first = isAll ? limits.min : parseValue(low, limits);
  const isToEnd = isAll || (high === undefined && stepText !== undefined);
  const last = isToEnd ? limits.max : high === undefined ? first : parseValue(high, limits);
  if (first < limits.min || last > limits.max || first > last) {
    throw new RangeError(`"${text}" is not a range within ${limits.min} to ${limits.max}`);
  }
  if (step === 0) {
    throw new RangeError(`"${text}" has a step of 0`);
  }
  return { first, last, step, isOpen: isAll && step === 1 };
}

function valuesOf({ first, last, step }: Range): readonly number[] {
  const count = Math.floor((last - first) / step) + 1;
  return Array.from({ length: count }, (_, index) => first + index * step);
}

function parseValue(text: string, { names = [], min }: Bounds): number {
  const named = names.indexOf(text.toLowerCase());
  return named === -1 ? parseNumber(text) : named + min;
}

const maxInteger = 2n ** 63n - 1n;

function parseNumber(text: string): number {
  const isNumber = /^(\+?[0-9]+|-0+)$/.test(text);
  if (!isNumber || BigInt(text.replace('+', '')) > maxInteger) {
    throw new RangeError(`"${text}" is not a number`);
  }
  return Number(text);
}
