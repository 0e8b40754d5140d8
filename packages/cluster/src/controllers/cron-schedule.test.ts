import { expect, test } from 'vitest';
import { askSchedule } from './cron-schedule.ts';

const at = (text: string): number => Date.parse(text);

test.each([
  {
    what: 'nothing is due before the first run',
    schedule: '0 2 * * *',
    since: '2026-01-01T03:00:00Z',
    now: '2026-01-02T01:59:59Z',
    due: undefined,
    missed: 0,
    next: '2026-01-02T02:00:00Z',
  },
  {
    what: 'a run is due at its time',
    schedule: '0 2 * * *',
    since: '2026-01-01T03:00:00Z',
    now: '2026-01-02T02:00:00Z',
    due: '2026-01-02T02:00:00Z',
    missed: 0,
    next: '2026-01-03T02:00:00Z',
  },
  {
    what: 'of several missed runs the newest is made up for',
    schedule: '0 * * * *',
    since: '2026-01-01T00:30:00Z',
    now: '2026-01-01T05:10:00Z',
    due: '2026-01-01T05:00:00Z',
    missed: 4,
    next: '2026-01-01T06:00:00Z',
  },
  {
    what: 'a starting deadline forgets older ones',
    schedule: '0 2 * * *',
    since: '2026-01-01T03:00:00Z',
    now: '2026-01-02T02:10:00Z',
    deadlineMs: 60_000,
    due: undefined,
    missed: 0,
    next: '2026-01-03T02:00:00Z',
  },
  {
    what: 'a run within its starting deadline is made',
    schedule: '0 2 * * *',
    since: '2026-01-01T03:00:00Z',
    now: '2026-01-02T02:10:00Z',
    deadlineMs: 600_000,
    due: '2026-01-02T02:00:00Z',
    missed: 0,
    next: '2026-01-03T02:00:00Z',
  },
  {
    what: 'a time zone moves the run',
    schedule: '30 2 * * *',
    zone: 'Europe/Warsaw',
    since: '2026-01-01T03:00:00Z',
    now: '2026-01-02T01:30:00Z',
    due: '2026-01-02T01:30:00Z',
    missed: 0,
    next: '2026-01-03T01:30:00Z',
  },
  {
    what: 'an interval is counted from the last run',
    schedule: '@every 90m',
    since: '2026-01-01T00:00:10Z',
    now: '2026-01-01T04:00:00Z',
    due: '2026-01-01T03:00:10Z',
    missed: 1,
    next: '2026-01-01T04:30:10Z',
  },
  {
    what: 'a time that the clock skips is not due',
    schedule: '30 2 * * *',
    zone: 'Europe/Warsaw',
    since: '2026-03-28T01:30:00Z',
    now: '2026-03-29T12:00:00Z',
    due: undefined,
    missed: 0,
    next: '2026-03-30T00:30:00Z',
  },
  {
    what: 'a very long pause gives the newest run',
    schedule: '* * * * *',
    since: '2025-01-01T00:00:00Z',
    now: '2026-01-01T00:00:30Z',
    due: '2026-01-01T00:00:00Z',
    missed: 100,
    next: '2026-01-01T00:01:00Z',
  },
])('$what', ({ schedule, zone, since, now, deadlineMs, due, missed, next }) => {
  const answer = askSchedule({
    schedule,
    timeZone: zone,
    sinceMs: at(since),
    nowMs: at(now),
    startingDeadlineMs: deadlineMs,
  });
  expect(answer).toEqual({ dueMs: due === undefined ? undefined : at(due), missed, nextMs: at(next) });
});
