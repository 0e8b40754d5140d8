import { otherZoneNames } from './time-zone-names.ts';

/** What a clock on the wall shows; `month` is 1 to 12, `weekday` 0 (Sunday) to 6. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

export interface TimeZone {
  readonly name: string;
  wallTime(timeMs: number): WallTime;
  /**
   * When the clock shows this; a day or month that is too large runs over into the next ones. A time that the clock
   * skips or shows twice is read as Go's `time.Date` reads it, which Kubernetes computes schedules with.
   */
  timeMs(wall: Omit<WallTime, 'weekday'>): number;
}

/** Zones are few and costly to make; what is kept of them never changes. */
const zones = new Map<string, TimeZone>();
let listedZoneNames: ReadonlySet<string> | undefined;

/** A zone by its IANA name, written exactly so; undefined where there is none. */
export function findTimeZone(name: string): TimeZone | undefined {
  const known = zones.get(name);
  if (known || !isZoneName(name)) {
    return known;
  }
  const zone = makeTimeZone(name);
  zones.set(name, zone);
  return zone;
}

function isZoneName(name: string): boolean {
  listedZoneNames ??= new Set(Intl.supportedValuesOf('timeZone'));
  return otherZoneNames.has(name) || listedZoneNames.has(name);
}

function makeTimeZone(name: string): TimeZone {
  const offsetMs = offsetsOf(name);
  return {
    name,
    wallTime: (timeMs) => {
      const shown = new Date(timeMs + offsetMs(timeMs));
      return {
        year: shown.getUTCFullYear(),
        month: shown.getUTCMonth() + 1,
        day: shown.getUTCDate(),
        weekday: shown.getUTCDay(),
        hour: shown.getUTCHours(),
        minute: shown.getUTCMinutes(),
        second: shown.getUTCSeconds(),
      };
    },
    timeMs: ({ year, month, day, hour, minute, second }) => {
      const shown = Date.UTC(year, month - 1, day, hour, minute, second);
      // The offset near the time, and then the one that holds at the time that it leads to.
      const near = offsetMs(shown);
      return shown - (near === 0 ? 0 : offsetMs(shown - near));
    },
  };
}

/** No zone changes its clock twice within this time. */
const stretchMs = 8 * 86_400_000;

/** The offset in a stretch of time, and from when on it is another one. */
interface Stretch {
  readonly firstMs: number;
  readonly changeMs: number;
  readonly lastMs: number;
}

/** Looks offsets up in `Intl`, which is slow, once for each stretch that is asked for. */
function offsetsOf(name: string): (timeMs: number) => number {
  const slowly = intlOffsets(name);
  const stretches = new Map<number, Stretch>();
  const look = (index: number): Stretch => {
    const [from, until] = [index * stretchMs, (index + 1) * stretchMs];
    const [firstMs, lastMs] = [slowly(from), slowly(until)];
    return { firstMs, lastMs, changeMs: firstMs === lastMs ? until : changeBetween(from, until, slowly) };
  };
  return (timeMs) => {
    const index = Math.floor(timeMs / stretchMs);
    const stretch = stretches.get(index) ?? look(index);
    stretches.set(index, stretch);
    return timeMs < stretch.changeMs ? stretch.firstMs : stretch.lastMs;
  };
}

/** The first second with another offset than at `from`. */
function changeBetween(from: number, until: number, offsetMs: (timeMs: number) => number): number {
  const old = offsetMs(from);
  let [before, after] = [from / 1000, until / 1000];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    [before, after] = offsetMs(middle * 1000) === old ? [middle, after] : [before, middle];
  }
  return after * 1000;
}

function intlOffsets(timeZone: string): (timeMs: number) => number {
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (timeMs) => {
    const parts = format.formatToParts(timeMs);
    const read = (type: string) => Number(parts.find((part) => part.type === type)?.value);
    const shown = Date.UTC(
      read('year'),
      read('month') - 1,
      read('day'),
      read('hour'),
      read('minute'),
      read('second'),
    );
    return shown - Math.floor(timeMs / 1000) * 1000;
  };
}
