import { describe, expect, it } from 'vitest';
import { parseCron } from './cron.ts';
import { type BackupWindow, decideWindow, isFromLatestSlot, parseWindowStart } from './window.ts';

const minuteMs = 60_000;

function windowOf(expression: string, minutes: number, timeZone = 'UTC'): BackupWindow {
  return { schedule: parseCron(expression, timeZone), durationMs: minutes * minuteMs };
}

const night = windowOf('0 2 * * *', 30);
const noon = windowOf('0 12 * * *', 60);

describe('decideWindow', () => {
  it.each([
    ['no windows', [], '2026-03-10T09:00:00Z', true],
    ['a millisecond before', [night], '2026-03-10T01:59:59.999Z', false],
    ['at the start', [night], '2026-03-10T02:00:00Z', true],
    ['inside', [night], '2026-03-10T02:29:59.999Z', true],
    ['at the end', [night], '2026-03-10T02:30:00Z', false],
    ['in the second window', [night, noon], '2026-03-10T12:30:00Z', true],
    ['between windows', [night, noon], '2026-03-10T09:00:00Z', false],
    ['a window longer than its period', [windowOf('0 2 * * *', 3000)], '2026-03-10T01:00:00Z', true],
    ['past midnight', [windowOf('45 23 * * *', 30)], '2026-03-10T00:10:00Z', true],
    ['in its own time zone', [windowOf('0 2 * * *', 30, 'Asia/Tokyo')], '2026-03-09T17:10:00Z', true],
    ['once a year, eleven months later', [windowOf('0 0 1 1 *', 30)], '2026-12-01T00:00:00Z', false],
  ] as const)('%s', (_, windows, now, open) => {
    expect(decideWindow(windows, new Date(now)).open).toBe(open);
  });

  it.each([
    ['where the clock skips the start', '2026-03-29T01:10:00Z', false],
    ['the first time that the clock shows the start', '2026-10-25T00:40:00Z', true],
    ['the second time', '2026-10-25T01:40:00Z', true],
    ['between both', '2026-10-25T01:10:00Z', false],
  ])('%s', (_, now, open) => {
    expect(decideWindow([windowOf('30 2 * * *', 30, 'Europe/Warsaw')], new Date(now)).open).toBe(open);
  });

  it('takes no schedule that has no times of its own', () => {
    expect(() => parseWindowStart('@every 1h')).toThrow(/when a window opens/);
  });

  it('says when the next window opens', () => {
    expect(decideWindow([night, noon], new Date('2026-03-10T09:00:00Z'))).toEqual({
      open: false,
      nextStart: new Date('2026-03-10T12:00:00Z'),
    });
  });

  it('knows no next start where there is none', () => {
    expect(decideWindow([windowOf('0 0 30 2 *', 30)], new Date('2026-03-10T09:00:00Z'))).toEqual({
      open: false,
      nextStart: undefined,
    });
  });
});

describe('isFromLatestSlot', () => {
  const now = new Date('2026-03-10T09:00:00Z');

  it.each([
    ['made in the latest slot', '2026-03-10T02:10:00Z', true],
    ['made a slot earlier', '2026-03-09T02:10:00Z', false],
    ['made after the latest slot', '2026-03-10T05:00:00Z', false],
  ])('%s', (_, createdAt, expected) => {
    expect(isFromLatestSlot([night], new Date(createdAt), now)).toBe(expected);
  });

  it('is enough for one of several windows', () => {
    expect(isFromLatestSlot([night, noon], new Date('2026-03-09T12:10:00Z'), now)).toBe(true);
  });
});
