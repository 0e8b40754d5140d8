import { layoutPart, months, weekdays } from './moment.ts';
import { TimeZone } from './time-zone.ts';
import { Moment } from './value.ts';

/** What was read so far; months and days count from 1. */
interface Fields {
  year: number;
  month?: number;
  day?: number;
  dayOfYear?: number;
  hour: number;
  minute: number;
  second: number;
  nanosecond: bigint;
  isAfternoon?: boolean;
  offsetSeconds?: number;
  zoneName?: string;
}

/**
 * The moment that `text` names in this layout, as Go's time.ParseInLocation; without an offset in it, in `zone`.
 * @returns undefined when the text does not have this layout.
 */
export function parseMoment(layout: string, text: string, zone: TimeZone): Moment | undefined {
  const reader = new MomentReader(text);
  let end = 0;
  const found = [...layout.matchAll(layoutPart)];
  for (const [i, match] of found.entries()) {
    const [part] = match;
    const isFraction = /^[.,]/.test(part);
    // A fraction counts only right behind the seconds; elsewhere it is text like any other.
    if (isFraction && !/^(?:05|5)$/.test(found[i - 1]?.[0] ?? '')) continue;
    const next = found[i + 1]?.[0] ?? '';
    if (!reader.literal(layout.slice(end, match.index)) || !reader.part(part, /^[.,]/.test(next)))
      return undefined;
    end = match.index + part.length;
  }
  return reader.literal(layout.slice(end)) && reader.isAtEnd ? reader.moment(zone) : undefined;
}

/** The time that Go gives for what is none: the first of January of the year 1. */
export const zeroMoment = new Moment(-62_135_596_800_000_000_000n, TimeZone.utc);

class MomentReader {
  #rest: string;
  readonly #fields: Fields = { year: 0, hour: 0, minute: 0, second: 0, nanosecond: 0n };

  constructor(text: string) {
    this.#rest = text;
  }

  get isAtEnd(): boolean {
    return this.#rest === '';
  }

  /** A run of spaces stands for any number of them. */
  literal(text: string): boolean {
    for (const piece of text.match(/ +|[^ ]+/g) ?? []) {
      if (piece.startsWith(' ')) {
        if (this.#rest !== '' && !this.#rest.startsWith(' ')) return false;
        this.#rest = this.#rest.replace(/^ +/, '');
      } else if (this.#rest.startsWith(piece)) {
        this.#rest = this.#rest.slice(piece.length);
      } else {
        return false;
      }
    }
    return true;
  }

  part(part: string, isFractionNext: boolean): boolean {
    const fields = this.#fields;
    switch (part) {
      case '2006':
        return this.#number(/^[0-9]{4}/, (value) => (fields.year = value));
      case '06':
        return this.#number(/^[0-9]{2}/, (value) => (fields.year = value + (value >= 69 ? 1900 : 2000)));
      case 'January':
      case 'Jan':
        return this.#name(months, part === 'Jan', (index) => (fields.month = index + 1));
      case 'Monday':
      case 'Mon':
        return this.#name(weekdays, part === 'Mon', () => undefined);
      case '01':
      case '1':
        return this.#number(digits(part), (value) => (fields.month = value), 1, 12);
      case '_2':
        this.#rest = this.#rest.replace(/^ /, '');
        return this.#number(digits('2'), (value) => (fields.day = value), 1, 31);
      case '02':
      case '2':
        return this.#number(digits(part), (value) => (fields.day = value), 1, 31);
      case '002':
      case '__2':
        this.#rest = part === '__2' ? this.#rest.replace(/^ {1,2}/, '') : this.#rest;
        return this.#number(
          part === '002' ? /^[0-9]{3}/ : /^[0-9]{1,3}/,
          (value) => (fields.dayOfYear = value),
          1,
          366,
        );
      case '15':
        return this.#number(digits('2'), (value) => (fields.hour = value), 0, 23);
      case '03':
      case '3':
        return this.#number(digits(part), (value) => (fields.hour = value), 0, 12);
      case '04':
      case '4':
        return this.#number(digits(part), (value) => (fields.minute = value), 0, 59);
      case '05':
      case '5':
        return (
          this.#number(digits(part), (value) => (fields.second = value), 0, 59) &&
          (isFractionNext || this.#fraction(/^(?:[.,]([0-9]+))?/))
        );
      case 'PM':
      case 'pm':
        return this.#halfDay(part === 'PM' ? /^[AP]M/ : /^[ap]m/);
      case 'MST':
        return this.#zoneName();
      default:
        return /^[.,]/.test(part)
          ? this.#fraction(
              part.includes('9') ? /^(?:[.,]([0-9]+))?/ : new RegExp(`^[.,]([0-9]{${part.length - 1}})`),
            )
          : this.#offset(part);
    }
  }

  moment(local: TimeZone): Moment | undefined {
    const { year, hour, minute, second, nanosecond, isAfternoon } = this.#fields;
    const date = new Date(0);
    const [month, day] = this.#monthAndDay();
    date.setUTCFullYear(year, month - 1, day);
    if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
    const hourOfDay = isAfternoon === undefined ? hour : (hour % 12) + (isAfternoon ? 12 : 0);
    const seconds = date.getTime() / 1000 + hourOfDay * 3600 + minute * 60 + second;
    const { epochSeconds, zone } = this.#place(seconds, local);
    return new Moment(BigInt(epochSeconds) * 1_000_000_000n + nanosecond, zone);
  }

  #monthAndDay(): readonly [number, number] {
    const { year, month, day, dayOfYear } = this.#fields;
    if (dayOfYear === undefined) return [month ?? 1, day ?? 1];
    const date = new Date(0);
    date.setUTCFullYear(year, 0, dayOfYear);
    return [date.getUTCMonth() + 1, date.getUTCDate()];
  }

  #place(seconds: number, local: TimeZone): { readonly epochSeconds: number; readonly zone: TimeZone } {
    const { offsetSeconds, zoneName } = this.#fields;
    if (zoneName === 'UTC') return { epochSeconds: seconds, zone: TimeZone.utc };
    if (offsetSeconds !== undefined) {
      const epochSeconds = seconds - offsetSeconds;
      const isLocal = local.offsetAt(epochSeconds) === offsetSeconds;
      return { epochSeconds, zone: isLocal ? local : TimeZone.fixed(zoneName ?? '', offsetSeconds) };
    }
    const epochSeconds = localToEpoch(seconds, local);
    if (zoneName === undefined || local.abbreviationAt(epochSeconds) === zoneName)
      return { epochSeconds, zone: local };
    const hours = /^GMT([-+][0-9]+)$/.exec(zoneName)?.[1];
    const offset = Number(hours ?? 0) * 3600;
    return { epochSeconds: seconds - offset, zone: TimeZone.fixed(zoneName, offset) };
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    const match = pattern.exec(this.#rest);
    if (match === null) return undefined;
    this.#rest = this.#rest.slice(match[0].length);
    return match;
  }

  #number(pattern: RegExp, set: (value: number) => void, min = 0, max = 9999): boolean {
    const match = this.#take(pattern);
    if (match === undefined) return false;
    const value = Number(match[0]);
    set(value);
    return value >= min && value <= max;
  }

  #name(names: readonly string[], isShort: boolean, set: (index: number) => void): boolean {
    const shown = isShort ? names.map((name) => name.slice(0, 3)) : names;
    const index = shown.findIndex((name) => this.#rest.toLowerCase().startsWith(name.toLowerCase()));
    if (index < 0) return false;
    this.#rest = this.#rest.slice(shown[index]?.length);
    set(index);
    return true;
  }

  #fraction(pattern: RegExp): boolean {
    const match = this.#take(pattern);
    if (match === undefined) return false;
    this.#fields.nanosecond = BigInt((match[1] ?? '0').slice(0, 9).padEnd(9, '0'));
    return true;
  }

  #halfDay(pattern: RegExp): boolean {
    const match = this.#take(pattern);
    if (match === undefined) return false;
    this.#fields.isAfternoon = match[0].toLowerCase() === 'pm';
    return true;
  }

  #offset(part: string): boolean {
    if (part.startsWith('Z') && this.#take(/^Z/) !== undefined) {
      this.#fields.zoneName = 'UTC';
      return true;
    }
    const colon = part.includes(':') ? ':' : '';
    const minutes = part.length > 3 ? `${colon}([0-9]{2})` : '()';
    const seconds = part.length > 6 ? `${colon}([0-9]{2})` : '()';
    const match = this.#take(new RegExp(`^([-+])([0-9]{2})${minutes}${seconds}`));
    if (match === undefined) return false;
    const [, sign, hour, minute, second] = match;
    if (Number(hour) > 24 || Number(minute) > 60 || Number(second) > 60) return false;
    const size = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
    this.#fields.offsetSeconds = sign === '-' ? -size : size;
    return true;
  }

  #zoneName(): boolean {
    const match = this.#take(
      /^(?:UTC|GMT[-+](?:1[0-2]|[0-9])|ChST|MeST|[A-Z]{4}T|[A-Z]{3}T|[A-Z]{3}|[-+][0-9]{2})(?![A-Z])/,
    );
    if (match === undefined) return false;
    this.#fields.zoneName = match[0];
    return true;
  }
}

function digits(part: string): RegExp {
  return part.startsWith('0') ? /^[0-9]{2}/ : /^[0-9]{1,2}/;
}

/** In an hour that the clock shows twice the first one counts, as in Go. */
function localToEpoch(seconds: number, zone: TimeZone): number {
  const guess = seconds - zone.offsetAt(seconds);
  return seconds - zone.offsetAt(guess);
}
