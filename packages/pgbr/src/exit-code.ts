import type { Failure, FailureCode } from '@backup-maker/model';

/** The exit codes of `backup-maker`, as far as this helper can fail. */
const exitCodes: Readonly<Partial<Record<FailureCode, number>>> = {
  'invalid-input': 2,
  'missing-program': 2,
  'command-failed': 3,
  conflict: 4,
  busy: 4,
  network: 5,
  integrity: 6,
};

export function exitCodeOf(failure: Failure): number {
  return exitCodes[failure.code] ?? 1;
}
