import type { Moment } from './value.ts';

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** The parts of Go's reference time, longest first where one begins like another. */
const layoutPart =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|-07:00:00|-07:00|-0700|-07|Z07:00:00|Z07:00|Z0700|Z07|002|01|02|03|04|05|06|__2|_2(?!006)|15|PM|pm|[.,](?:0+|9+)(?![0-9])|1|2|3|4|5/g;

/** A moment in UTC in the layout language of Go's `time.Format`. */
export function formatMoment(moment: Moment, layout: string): string {
  const date = new Date(moment.epochMs);
  let hasSecond = false;
  return layout.replaceAll(layoutPart, (part) => {
    const isFraction = /^[.,]/.test(part);
    // A fraction counts only right behind the seconds.
    const text = isFraction && !hasSecond ? part : formatPart(date, part);
    hasSecond ||= part === '05' || part === '5';
    return text;
  });
}

function formatPart(date: Date, part: string): string {
  if (/^[.,]/.test(part)) return fraction(date, part);
  const format = parts[part];
  return format === undefined ? part : format(date);
}

function fraction(date: Date, part: string): string {
  const digits = String(date.getUTCMilliseconds())
    .padStart(3, '0')
    .padEnd(9, '0')
    .slice(0, part.length - 1);
  const kept = part.includes('9') ? digits.replace(/0+$/, '') : digits;
  return kept === '' ? '' : (part[0] ?? '') + kept;
}

const two = (n: number) => String(n).padStart(2, '0');
const hour12 = (date: Date) => date.getUTCHours() % 12 || 12;
const dayOfYear = (date: Date) =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
const halfDay = (date: Date) => (date.getUTCHours() < 12 ? 'am' : 'pm');

const parts: Readonly<Record<string, (date: Date) => string>> = {
  January: (date) => months[date.getUTCMonth()] ?? '',
  Jan: (date) => (months[date.getUTCMonth()] ?? '').slice(0, 3),
  Monday: (date) => weekdays[date.getUTCDay()] ?? '',
  Mon: (date) => (weekdays[date.getUTCDay()] ?? '').slice(0, 3),
  MST: () => 'UTC',
  2006: (date) => String(date.getUTCFullYear()).padStart(4, '0'),
  '06': (date) => two(date.getUTCFullYear() % 100),
  '01': (date) => two(date.getUTCMonth() + 1),
  1: (date) => String(date.getUTCMonth() + 1),
  '02': (date) => two(date.getUTCDate()),
  _2: (date) => String(date.getUTCDate()).padStart(2, ' '),
  2: (date) => String(date.getUTCDate()),
  '002': (date) => String(dayOfYear(date)).padStart(3, '0'),
  __2: (date) => String(dayOfYear(date)).padStart(3, ' '),
  15: (date) => two(date.getUTCHours()),
  '03': (date) => two(hour12(date)),
  3: (date) => String(hour12(date)),
  '04': (date) => two(date.getUTCMinutes()),
  4: (date) => String(date.getUTCMinutes()),
  '05': (date) => two(date.getUTCSeconds()),
  5: (date) => String(date.getUTCSeconds()),
  PM: (date) => halfDay(date).toUpperCase(),
  pm: halfDay,
  '-07:00:00': () => '+00:00:00',
  '-07:00': () => '+00:00',
  '-0700': () => '+0000',
  '-07': () => '+00',
  'Z07:00:00': () => 'Z',
  'Z07:00': () => 'Z',
  Z0700: () => 'Z',
  Z07: () => 'Z',
};
