import type { Moment } from './value.ts';

export const months = [
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
export const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** The parts of Go's reference time, longest first where one begins like another. */
export const layoutPart =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|-07:00:00|-07:00|-0700|-07|Z07:00:00|Z07:00|Z0700|Z07|002|01|02|03|04|05|06|__2|_2(?!006)|15|PM|pm|[.,](?:0+|9+)(?![0-9])|1|2|3|4|5/g;

/** What a clock in the moment's time zone shows. */
interface ClockFace {
  /** Its UTC fields are those of the zone. */
  readonly date: Date;
  readonly nanosecond: bigint;
  readonly offsetSeconds: number;
  readonly abbreviation: () => string;
}

/** The layout of `print`, and of JSON and YAML. */
export const defaultLayout = '2006-01-02 15:04:05.999999999 -0700 MST';
export const standardLayout = '2006-01-02T15:04:05.999999999Z07:00';

/** A moment in its time zone, in the layout language of Go's `time.Format`. */
export function formatMoment(moment: Moment, layout: string): string {
  const face = clockFace(moment);
  let hasSecond = false;
  return layout.replaceAll(layoutPart, (part) => {
    const isFraction = /^[.,]/.test(part);
    // A fraction counts only right behind the seconds.
    const text = isFraction && !hasSecond ? part : formatPart(face, part);
    hasSecond ||= part === '05' || part === '5';
    return text;
  });
}

export function clockFace(moment: Moment): ClockFace {
  const seconds = Number(moment.epochSeconds);
  const offsetSeconds = moment.zone.offsetAt(seconds);
  return {
    date: new Date((seconds + offsetSeconds) * 1000),
    nanosecond: moment.epochNs - moment.epochSeconds * 1_000_000_000n,
    offsetSeconds,
    abbreviation: () => moment.zone.abbreviationAt(seconds),
  };
}

function formatPart(face: ClockFace, part: string): string {
  if (/^[.,]/.test(part)) return fraction(face, part);
  if (part === 'MST') return face.abbreviation();
  if (/^[-Z]/.test(part)) return formatOffset(face.offsetSeconds, part);
  const format = parts[part];
  return format === undefined ? part : format(face.date);
}

function fraction({ nanosecond }: ClockFace, part: string): string {
  const digits = String(nanosecond)
    .padStart(9, '0')
    .slice(0, part.length - 1);
  const kept = part.includes('9') ? digits.replace(/0+$/, '') : digits;
  return kept === '' ? '' : (part[0] ?? '') + kept;
}

/** `-07:00`, `-0700`, `-07` and `-07:00:00`; with a Z in front, UTC is just that. */
function formatOffset(offsetSeconds: number, part: string): string {
  if (part.startsWith('Z') && offsetSeconds === 0) return 'Z';
  const size = Math.abs(offsetSeconds);
  const colon = part.includes(':') ? ':' : '';
  const minutes = part.length > 3 ? colon + two(Math.floor(size / 60) % 60) : '';
  const seconds = part.length > 6 ? colon + two(size % 60) : '';
  return (offsetSeconds < 0 ? '-' : '+') + two(Math.floor(size / 3600)) + minutes + seconds;
}

const two = (n: number) => String(n).padStart(2, '0');
const hour12 = (date: Date) => date.getUTCHours() % 12 || 12;

export function dayOfYear(date: Date): number {
  const firstDay = new Date(0);
  firstDay.setUTCFullYear(date.getUTCFullYear(), 0, 1);
  return Math.floor((date.getTime() - firstDay.getTime()) / 86_400_000) + 1;
}

const halfDay = (date: Date) => (date.getUTCHours() < 12 ? 'am' : 'pm');

const parts: Readonly<Record<string, (date: Date) => string>> = {
  January: (date) => months[date.getUTCMonth()] ?? '',
  Jan: (date) => (months[date.getUTCMonth()] ?? '').slice(0, 3),
  Monday: (date) => weekdays[date.getUTCDay()] ?? '',
  Mon: (date) => (weekdays[date.getUTCDay()] ?? '').slice(0, 3),
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
};
