import { Failure, type FailureCode } from '@backup-maker/model';

/** Exit codes of the executables; documented in their `--help`. */
export const exitCodes = {
  done: 0,
  unexpected: 1,
  usage: 2,
  commandFailed: 3,
  refused: 4,
  network: 5,
  integrity: 6,
  unhealthy: 7,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

interface ErrorRow {
  /** HTTP status (RFC 9110) that the server answers with. */
  readonly status: number;
  readonly exitCode: ExitCode;
  /** Whether the same request can succeed later without anybody changing it. */
  readonly retryable: boolean;
}

/** What every failure means on the wire and to the shell. */
export const errorTable: Readonly<Record<FailureCode, ErrorRow>> = {
  'invalid-input': { status: 400, exitCode: exitCodes.usage, retryable: false },
  unauthenticated: { status: 401, exitCode: exitCodes.refused, retryable: false },
  forbidden: { status: 403, exitCode: exitCodes.refused, retryable: false },
  'window-closed': { status: 403, exitCode: exitCodes.refused, retryable: false },
  'not-found': { status: 404, exitCode: exitCodes.refused, retryable: false },
  'not-allowed-method': { status: 405, exitCode: exitCodes.refused, retryable: false },
  timeout: { status: 408, exitCode: exitCodes.network, retryable: true },
  conflict: { status: 409, exitCode: exitCodes.refused, retryable: false },
  busy: { status: 409, exitCode: exitCodes.refused, retryable: true },
  'retention-locked': { status: 409, exitCode: exitCodes.refused, retryable: false },
  'quota-exceeded': { status: 413, exitCode: exitCodes.refused, retryable: false },
  'unsupported-media-type': { status: 415, exitCode: exitCodes.refused, retryable: false },
  'not-openpgp': { status: 422, exitCode: exitCodes.refused, retryable: false },
  integrity: { status: 422, exitCode: exitCodes.integrity, retryable: false },
  encryption: { status: 422, exitCode: exitCodes.integrity, retryable: false },
  'rate-limited': { status: 429, exitCode: exitCodes.network, retryable: true },
  cancelled: { status: 499, exitCode: exitCodes.unexpected, retryable: false },
  internal: { status: 500, exitCode: exitCodes.unexpected, retryable: true },
  'command-failed': { status: 500, exitCode: exitCodes.commandFailed, retryable: false },
  unhealthy: { status: 500, exitCode: exitCodes.unhealthy, retryable: false },
  'missing-program': { status: 500, exitCode: exitCodes.usage, retryable: false },
  network: { status: 502, exitCode: exitCodes.network, retryable: true },
  unavailable: { status: 503, exitCode: exitCodes.network, retryable: true },
  'storage-full': { status: 507, exitCode: exitCodes.refused, retryable: false },
};

/** What a status means when the answer does not name its reason: an older server, or a proxy in between. */
const codeOfStatus: Readonly<Record<number, FailureCode>> = {
  400: 'invalid-input',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'not-allowed-method',
  408: 'timeout',
  409: 'conflict',
  413: 'quota-exceeded',
  415: 'unsupported-media-type',
  422: 'not-openpgp',
  429: 'rate-limited',
  500: 'internal',
  501: 'not-allowed-method',
  507: 'storage-full',
};

/** The failure that an HTTP status stands for when the answer says no more. */
export function failureCodeOfStatus(status: number): FailureCode {
  return codeOfStatus[status] ?? (status >= 500 ? 'unavailable' : 'invalid-input');
}

/** The exit code of an error that ends an executable. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof Failure ? errorTable[error.code].exitCode : exitCodes.unexpected;
}
