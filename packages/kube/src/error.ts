/**
 * What went wrong between us and an API server:
 * - `api`: it answered with an error (see `status` and `reason`);
 * - `network`: no answer, or a connection that broke;
 * - `timeout`: no answer in time;
 * - `cancelled`: the caller's signal was aborted;
 * - `protocol`: an answer that is not what Kubernetes sends;
 * - `configuration`: no usable kubeconfig, a name that can't be in a path.
 */
export type KubeErrorCode = 'api' | 'network' | 'timeout' | 'cancelled' | 'protocol' | 'configuration';

export interface KubeErrorOptions {
  readonly cause?: unknown;
  /** HTTP status of the answer. */
  readonly status?: number | undefined;
  /** `reason` of the `Status` object, such as `AlreadyExists`. */
  readonly reason?: string | undefined;
  /** What the server asked for with `Retry-After`. */
  readonly retryAfterMs?: number | undefined;
}

/** The one error class of this package. The message names the request and never holds a body or a token. */
export class KubeError extends Error {
  readonly code: KubeErrorCode;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: KubeErrorCode, message: string, options: KubeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'KubeError';
    this.code = code;
    this.status = options.status;
    this.reason = options.reason;
    this.retryAfterMs = options.retryAfterMs;
  }
}

function hasStatus(error: unknown, status: number): error is KubeError {
  return error instanceof KubeError && error.code === 'api' && error.status === status;
}

export function isNotFound(error: unknown): error is KubeError {
  return hasStatus(error, 404);
}

/** A stale resourceVersion, or a field that another manager owns. */
export function isConflict(error: unknown): error is KubeError {
  return hasStatus(error, 409) && error.reason !== 'AlreadyExists';
}

export function isAlreadyExists(error: unknown): error is KubeError {
  return hasStatus(error, 409) && error.reason === 'AlreadyExists';
}

/** The resourceVersion or the continue token is too old: list again. */
export function isGone(error: unknown): error is KubeError {
  return hasStatus(error, 410);
}

/**
 * The API server understood the object and won't have it as it is: trying again unchanged can't help. A server-side
 * apply with a field that the server does not know is answered with 500, so that one is told by its text.
 */
export function isInvalid(error: unknown): error is KubeError {
  return (
    hasStatus(error, 422) ||
    hasStatus(error, 400) ||
    (hasStatus(error, 500) && error.message.includes('failed to create typed patch object'))
  );
}

export function isCancelled(error: unknown): error is KubeError {
  return error instanceof KubeError && error.code === 'cancelled';
}
