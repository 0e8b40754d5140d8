import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';
import { Failure } from './failure.ts';

describe('parseDuration', () => {
  it.each([
    ['30m', 1_800_000],
    ['1h30m', 5_400_000],
    ['0h05m0s', 300_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['5d', 432_000_000],
    ['2w', 1_209_600_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '30', 'm', '-5m', '1h 30m', '1y', '1h\n', '9'.repeat(63) + 'h', '1m'.repeat(100)])(
    'refuses %j',
    (text) => {
      expect(() => parseDuration(text)).toThrow(Failure);
    },
  );
});

describe('formatDuration', () => {
  it.each([
    [0, '0ms'],
    [999.4, '999ms'],
    [2450, '2.4s'],
    [59_999, '59.9s'],
    [60_000, '1m'],
    [5_400_000, '1h 30m'],
    [86_400_000 * 3 + 1000, '3d'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
