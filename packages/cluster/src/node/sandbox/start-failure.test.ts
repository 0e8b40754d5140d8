import { expect, test } from 'vitest';
import { startFailure } from './start-failure.ts';

test.each([
  [125, "mount: /x: denied\nthe container's root could not be built: overlay\n"],
  [128, 'exec: "nope": executable file not found in $PATH\n'],
  [128, 'working directory /nope: ENOENT\n'],
])('an end with %i has its reason: %j', (exitCode, log) => {
  expect(startFailure(exitCode, log)).toBe(log.trim());
});

test.each([
  [1, 'exec: not found'],
  [125, 'timeout: the password is hunter2'],
  [125, ''],
])('what a program wrote that ended with %i is no reason: %j', (exitCode, log) => {
  expect(startFailure(exitCode, log)).toBeUndefined();
});
