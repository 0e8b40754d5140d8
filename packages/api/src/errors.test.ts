import { Failure, failureCodes } from '@backup-maker/model';
import { describe, expect, it } from 'vitest';
import { errorTable, exitCodeOf, failureCodeOfStatus } from './errors.ts';

describe('errorTable', () => {
  it.each(failureCodes.map((code) => [code, errorTable[code]] as const))(
    'gives %s an error status',
    (_code, row) => {
      expect(row.status).toBeGreaterThanOrEqual(400);
      expect(row.status).toBeLessThan(600);
    },
  );

  it.each([
    ['quota-exceeded', 413, false],
    ['storage-full', 507, false],
    ['timeout', 408, true],
    // The other writer ends: the same request succeeds then.
    ['busy', 409, true],
    ['conflict', 409, false],
    ['rate-limited', 429, true],
    ['unavailable', 503, true],
  ] as const)('%s is %d and retryable: %s', (code, status, retryable) => {
    expect(errorTable[code]).toMatchObject({ status, retryable });
  });
});

it.each([
  [401, 'unauthenticated'],
  [413, 'quota-exceeded'],
  [418, 'invalid-input'],
  [502, 'unavailable'],
  [504, 'unavailable'],
] as const)('an answer with status %d that says no more is %s', (status, code) => {
  expect(failureCodeOfStatus(status)).toBe(code);
});

it.each([
  [new Failure('invalid-input', ''), 2],
  [new Failure('command-failed', ''), 3],
  [new Failure('forbidden', ''), 4],
  [new Failure('network', ''), 5],
  [new Failure('integrity', ''), 6],
  [new TypeError('a mistake'), 1],
])('%s ends an executable with %d', (error, exitCode) => {
  expect(exitCodeOf(error)).toBe(exitCode);
});
