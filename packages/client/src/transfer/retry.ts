import { setTimeout } from 'node:timers/promises';
import { errorTable } from '@backup-maker/api';
import { Failure } from '@backup-maker/model';
import type { Logger } from '../log.ts';
import type { Server } from '../server.ts';

export interface RetryOptions {
  /** Give up when nothing has succeeded for so long. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  /** Told before each new attempt. */
  readonly onRetry: (failure: Failure, waitMs: number) => void;
  /** From 0 to 1, to spread the attempts of many clients. */
  readonly random: () => number;
  /** Milliseconds that only grow. */
  readonly clock: () => number;
  /** Which of the failures that may pass are waited for; all of them without it. */
  readonly waitsFor?: (failure: Failure) => boolean;
}

/**
 * A server that is not there at all is reported soon: nothing has been lost yet. Not before a collection is free again
 * whose last uploader was killed, which takes a minute.
 */
const longestStartMs = 90_000;

interface Interruptible {
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** For a transfer under way: as patient as the user allows. */
export function patientRetry(
  server: Pick<Server, 'timeoutMs'>,
  { logger, signal }: Interruptible,
): RetryOptions {
  return {
    patienceMs: server.timeoutMs,
    signal,
    random: Math.random,
    clock: () => performance.now(),
    onRetry: (failure, waitMs) => {
      logger.warn(`${failure.message}; trying again in ${(waitMs / 1000).toFixed(1)} s`);
    },
  };
}

/** For the first request of a transfer. */
export function startRetry(server: Pick<Server, 'timeoutMs'>, interruptible: Interruptible): RetryOptions {
  const retry = patientRetry(server, interruptible);
  return { ...retry, patienceMs: Math.min(retry.patienceMs, longestStartMs) };
}

/** For a question that people wait for: a server that is away is reported at once, one that wants a pause gets it. */
export function politeRetry(server: Pick<Server, 'timeoutMs'>, interruptible: Interruptible): RetryOptions {
  return { ...patientRetry(server, interruptible), waitsFor: ({ code }) => code === 'rate-limited' };
}

const firstWaitMs = 250;
const longestWaitMs = 30_000;

/**
 * Try until it succeeds, fails for good, or patience ends. `attempt` may call `progress` when part of the work
 * got done: that renews the patience.
 */
export async function retrying<T>(
  attempt: (progress: () => void) => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  let deadline = options.clock() + options.patienceMs;
  let failures = 0;
  const progress = (): void => {
    deadline = options.clock() + options.patienceMs;
    failures = 0;
  };
  for (;;) {
    try {
      return await attempt(progress);
    } catch (error) {
      const isAwaited = isRetryable(error) && (options.waitsFor?.(error) ?? true);
      const waitMs = isAwaited ? waitBefore(error, failures, options.random) : undefined;
      if (waitMs === undefined || options.signal.aborted || options.clock() + waitMs > deadline) {
        throw error;
      }
      options.onRetry(error as Failure, waitMs);
      failures += 1;
      await setTimeout(waitMs, undefined, { signal: options.signal }).catch(() =>
        options.signal.throwIfAborted(),
      );
    }
  }
}

/** An answer that makes no sense (`final`) will make no more sense the next time. */
function isRetryable(error: unknown): error is Failure {
  return error instanceof Failure && errorTable[error.code].retryable && error.details.final !== true;
}

/** Exponential with jitter, but not before the server's `Retry-After`. */
function waitBefore(failure: Failure, failures: number, random: () => number): number {
  const backoffMs = Math.min(longestWaitMs, firstWaitMs * 2 ** failures) * (0.5 + random() / 2);
  const { retryAfterSeconds } = failure.details;
  return Math.max(backoffMs, typeof retryAfterSeconds === 'number' ? retryAfterSeconds * 1000 : 0);
}
