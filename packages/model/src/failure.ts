/** Every kind of failure that a part of this project reports. The table in `api/errors.ts` gives each its HTTP status, exit code and whether trying again can help. */
export const failureCodes = [
  'invalid-input',
  'unauthenticated',
  'forbidden',
  'window-closed',
  'not-found',
  'not-allowed-method',
  'conflict',
  'busy',
  'quota-exceeded',
  'retention-locked',
  'unsupported-media-type',
  'not-openpgp',
  'integrity',
  'encryption',
  'rate-limited',
  'storage-full',
  'unavailable',
  'timeout',
  'network',
  'command-failed',
  'unhealthy',
  'missing-program',
  'cancelled',
  'internal',
] as const;

export type FailureCode = (typeof failureCodes)[number];

/** Plain, showable facts about a failure: names, sizes, addresses. Never secrets. */
export type FailureDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface FailureOptions {
  readonly cause?: unknown;
  readonly details?: FailureDetails;
}

/**
 * The one error class of this project. Its message is written for the user (what happened, to what, what to
 * do) and is always safe to show: it holds no secret, no stack trace, no SQL. The cause is for logs.
 */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly details: FailureDetails;

  constructor(code: FailureCode, message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Failure';
    this.code = code;
    this.details = options.details ?? {};
  }

  /** A Failure as it is; anything else becomes `fallback` with `message` and the original as the cause. */
  static from(error: unknown, fallback: FailureCode, message: string): Failure {
    return error instanceof Failure ? error : new Failure(fallback, message, { cause: error });
  }
}

/** Narrow `error` to a Failure, of `code` when one is given. */
export function isFailure(error: unknown, code?: FailureCode): error is Failure {
  return error instanceof Failure && (code === undefined || error.code === code);
}
