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
    // 02:30 does not exist in Warsaw on 2026-03-29, and comes twice on 2026-10-25
    ['30 2 * * *', 'Europe/Warsaw', '2026-03-29T12:00:00Z', '2026-03-28T01:30:00Z', '2026-03-30T00:30:00Z'],
    ['30 2 * * *', 'Europe/Warsaw', '2026-10-25T01:00:00Z', '2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'],
    // From 2097 on there is no February 29 for seven years, which is longer than Kubernetes looks ahead.
    ['0 0 29 2 *', 'UTC', '2104-03-01T00:00:00Z', '2104-02-29T00:00:00Z', '2108-02-29T00:00:00Z'],
  ])('%s in %s at %s: previous %s, next %s', (expression, zone, at, previous, next) => {
    const schedule = parseCron(expression, zone);
    expect(schedule.previous(new Date(at))).toEqual(new Date(previous));
    expect(schedule.next(new Date(at))).toEqual(new Date(next));
  });

  it.each(['TZ=Asia/Tokyo 0 2 * * *', 'CRON_TZ=Asia/Tokyo   0 2 * * * '])(
    'takes the zone of %j',
    (written) => {
      const { expression, timeZone, next } = parseCron(written);
      expect({ expression, timeZone }).toEqual({ expression: '0 2 * * *', timeZone: 'Asia/Tokyo' });
      expect(next(new Date('2026-03-10T00:00:00Z'))).toEqual(new Date('2026-03-10T17:00:00Z'));
    },
  );

  it('counts the runs of an interval from where it is told to', () => {
    const schedule = parseCron('@every 90m');
    const since = new Date('2026-03-10T00:00:10Z');
    expect(schedule.latest(since, new Date('2026-03-10T01:30:09Z'))).toBeUndefined();
    expect(schedule.latest(since, new Date('2026-03-10T04:00:00Z'))).toEqual(
      new Date('2026-03-10T03:00:10Z'),
    );
  });

  it('finds the latest run of fields only after the time that it is told', () => {
    const schedule = parseCron('0 2 * * *');
    const now = new Date('2026-03-10T02:00:00Z');
    expect(schedule.latest(new Date('2026-03-09T02:00:00Z'), now)).toEqual(now);
    expect(schedule.latest(now, new Date('2026-03-10T09:00:00Z'))).toBeUndefined();
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
    ['0 0 * * *', 'europe/warsaw'],
    ['0 0 * * *', 'Local'],
    ['0 0 * * *', '+01:00'],
    ['CRON_TZ=Europe/Warsaw 0 0 * * *', 'UTC'],
    ['TZ=Europe/Warsaw', undefined],
    ['@every 1d', 'UTC'],
  ])('refuses %j in %s', (expression, zone) => {
    expect(() => parseCron(expression, zone)).toThrow(Failure);
  });
});
