import type { CronFields } from './fields.ts';
import type { TimeZone, WallTime } from './time-zone.ts';

/** A schedule that is due in none of the years to come is due never. */
const maxYears = 5;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A walk forward through time, until everything that the clock shows matches. */
interface Walk {
  readonly fields: CronFields;
  readonly zone: TimeZone;
  timeMs: number;
  wall: WallTime;
  /** Nothing was skipped so far: the first skip begins at the start of a month, day, hour or minute. */
  isFresh: boolean;
}

/**
 * The first run after `afterMs` as Kubernetes computes it, also where the clock changes: what it skips does not run,
 * what it shows twice runs twice, and a midnight that does not exist takes the day's runs of the hour 0 with it.
 */
export function nextRun(fields: CronFields, zone: TimeZone, afterMs: number): number | undefined {
  const startMs = (Math.floor(afterMs / 1000) + 1) * 1000;
  const walk: Walk = { fields, zone, timeMs: startMs, wall: zone.wallTime(startMs), isFresh: true };
  const lastYear = walk.wall.year + maxYears;
  while (walk.wall.year <= lastYear) {
    // Each step ends early where it came into the next larger unit, which may not match.
    if (findMonth(walk) && findDay(walk) && findHour(walk) && findMinute(walk) && findSecond(walk)) {
      return walk.timeMs;
    }
  }
  return undefined;
}

function findMonth(walk: Walk): boolean {
  while (!walk.fields.month.values.has(walk.wall.month)) {
    begin(walk, { day: 1, hour: 0, minute: 0, second: 0 });
    goTo(walk, { month: walk.wall.month + 1 });
    if (walk.wall.month === 1) {
      return false;
    }
  }
  return true;
}

function findDay(walk: Walk): boolean {
  while (!isDay(walk.fields, walk.wall)) {
    begin(walk, { hour: 0, minute: 0, second: 0 });
    goTo(walk, { day: walk.wall.day + 1 });
    const { hour } = walk.wall;
    if (hour !== 0) {
      // There is no midnight on this day, or the walk came from such a day.
      pass(walk, (hour > 12 ? 24 - hour : -hour) * hourMs);
    }
    if (walk.wall.day === 1) {
      return false;
    }
  }
  return true;
}

function isDay({ dayOfMonth, dayOfWeek }: CronFields, { day, weekday }: WallTime): boolean {
  const matches = [dayOfMonth.values.has(day), dayOfWeek.values.has(weekday)];
  return dayOfMonth.isOpen || dayOfWeek.isOpen ? !matches.includes(false) : matches.includes(true);
}

function findHour(walk: Walk): boolean {
  while (!walk.fields.hour.values.has(walk.wall.hour)) {
    begin(walk, { minute: 0, second: 0 });
    pass(walk, hourMs);
    if (walk.wall.hour === 0) {
      return false;
    }
  }
  return true;
}

function findMinute(walk: Walk): boolean {
  while (!walk.fields.minute.values.has(walk.wall.minute)) {
    if (walk.isFresh) {
      walk.isFresh = false;
      pass(walk, Math.floor(walk.timeMs / minuteMs) * minuteMs - walk.timeMs);
    }
    pass(walk, minuteMs);
    if (walk.wall.minute === 0) {
      return false;
    }
  }
  return true;
}

/** Runs begin with a minute. */
function findSecond(walk: Walk): boolean {
  const { second } = walk.wall;
  if (second === 0) {
    return true;
  }
  walk.isFresh = false;
  pass(walk, (60 - second) * 1000);
  return false;
}

function begin(walk: Walk, start: Partial<WallTime>): void {
  if (walk.isFresh) {
    walk.isFresh = false;
    goTo(walk, start);
  }
}

/** To the same time of the clock, but for some of it. */
function goTo(walk: Walk, change: Partial<WallTime>): void {
  walk.timeMs = walk.zone.timeMs({ ...walk.wall, ...change });
  walk.wall = walk.zone.wallTime(walk.timeMs);
}

function pass(walk: Walk, ms: number): void {
  walk.timeMs += ms;
  walk.wall = walk.zone.wallTime(walk.timeMs);
}
