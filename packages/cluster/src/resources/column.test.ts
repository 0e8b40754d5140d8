import { expect, test } from 'vitest';
import { age, humanDuration } from './column.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

test.each([
  [-5 * second, '<invalid>'],
  [0, '0s'],
  [119 * second, '119s'],
  [2 * minute, '2m'],
  [2 * minute + 5 * second, '2m5s'],
  [10 * minute + 5 * second, '10m'],
  [3 * hour, '3h'],
  [3 * hour + 20 * minute, '3h20m'],
  [9 * hour + 20 * minute, '9h'],
  [2 * day, '2d'],
  [2 * day + 3 * hour, '2d3h'],
  [9 * day + 3 * hour, '9d'],
  [730 * day, '2y'],
  [800 * day, '2y70d'],
  [3000 * day, '8y'],
])('%d ms are shown as %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text);
});

test('an age without a time is unknown', () => {
  expect(age(undefined, 0)).toBe('<unknown>');
  expect(age('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:00:30Z'))).toBe('30s');
});
