import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCron } from './cron.ts';
import { Failure } from './failure.ts';

describe('parseCron', () => {
  it.each([
    // expression, time zone, at, previous, next
    ['00 02 * * *', 'UTC', '2026-03-10T12:00:00Z', '2026-03-10T02:00:00Z', '2026-03-11T02:00:00Z'],
    ['00 02 * * *', 'UTC', '2026-03-10T02:00:00Z', '2026-03-09T02:00:00Z', '2026-03-11T02:00:00Z'],
    ['*/15 * * * *', 'UTC', '2026-03-10T12:07:30Z', '2026-03-10T12:00:00Z', '2026-03-10T12:15:00Z'],
    ['@hourly', 'UTC', '2026-03-10T12:07:30Z', '2026-03-10T12:00:00Z', '2026-03-10T13:00:00Z'],
    ['0 0 29 2 *', 'UTC', '2026-03-10T00:00:00Z', '2024-02-29T00:00:00Z', '2028-02-29T00:00:00Z'],
    ['0 3 13 * 5', 'UTC', '2026-03-14T00:00:00Z', '2026-03-13T03:00:00Z', '2026-03-20T03:00:00Z'],
    ['30 1 * * *', 'Europe/Warsaw', '2026-07-01T12:00:00Z', '2026-06-30T23:30:00Z', '2026-07-01T23:30:00Z'],
    // 02:30 does not exist in Warsaw on 2026-03-29: the start is when the clock jumps from 02:00 to 03:00
    ['30 2 * * *', 'Europe/Warsaw', '2026-03-29T12:00:00Z', '2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z'],
  ])('%s in %s at %s: previous %s, next %s', (expression, zone, at, previous, next) => {
    const schedule = parseCron(expression, zone);
    expect(schedule.previous(new Date(at))).toEqual(new Date(previous));
    expect(schedule.next(new Date(at))).toEqual(new Date(next));
  });

  it('has no start on February 30', () => {
    const schedule = parseCron('0 0 30 2 *');
    expect(schedule.next(new Date('2026-01-01T00:00:00Z'))).toBeUndefined();
    expect(schedule.previous(new Date('2026-01-01T00:00:00Z'))).toBeUndefined();
  });

  it('goes back by next what it went forward by previous', () => {
    const schedule = parseCron('7 */5 * * 1-5');
    const minutes = fc.date({
      min: new Date('2000-01-01'),
      max: new Date('2100-01-01'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(minutes, (at) => {
        const next = schedule.next(at) ?? at;
        const previous = schedule.previous(next) ?? next;
        return next > at && previous <= at;
      }),
    );
  });

  it.each([
    ['', 'UTC'],
    ['* * * *', 'UTC'],
    ['* * * * * *', 'UTC'],
    ['61 * * * *', 'UTC'],
    ['* * * * *', 'Mars/Olympus'],
    ['@reboot', 'UTC'],
  ])('refuses %j in %s', (expression, zone) => {
    expect(() => parseCron(expression, zone)).toThrow(Failure);
  });
});
