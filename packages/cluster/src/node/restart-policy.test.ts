import { expect, it } from 'vitest';
import { restartDelayMs, restartsAfter } from './restart-policy.ts';

it('restarts at once, then after 10 s, and twice as long each time up to five minutes', () => {
  const seconds = [1, 2, 3, 4, 5, 6, 7, 8, 1_000_000].map((restarts) => restartDelayMs(restarts) / 1000);
  expect(seconds).toEqual([0, 10, 20, 40, 80, 160, 300, 300, 300]);
});

it.each([
  ['Always', 0, false, true],
  ['Always', 1, false, true],
  ['OnFailure', 0, false, false],
  ['OnFailure', 1, false, true],
  ['Never', 1, false, false],
  // An init container that has succeeded is done, whatever the policy.
  ['Always', 0, true, false],
  ['Always', 1, true, true],
  ['Never', 1, true, false],
])('with %s, exit code %i and init %s: restarts %s', (policy, exitCode, isInit, expected) => {
  expect(restartsAfter(policy, exitCode, isInit)).toBe(expected);
});
