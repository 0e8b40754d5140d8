import { backoffMs, type Clock, KubeError } from '@backup-maker/kube';
import { Failure } from '@backup-maker/model';
import { problemOf } from '../problem.ts';

const backoff = { baseMs: 30_000, maxMs: 10 * 60_000 };

/**
 * Waits between attempts that change something outside of a reconcile: what was refused is not asked again just because
 * something else happened, least of all our own write of the status. Another question is asked at once.
 */
export interface Pauses {
  /**
   * Do something, or fail as the last time while that was the same (`digest`) and its pause has not ended. A failure that
   * is a Problem begins a pause, longer with each in a row, and as long as the other side asks for (`Retry-After`).
   */
  attempt<T>(key: string, digest: string, action: () => Promise<T>): Promise<T>;
  /** How long the pause still takes; undefined where there is none. */
  remainingMs(key: string): number | undefined;
  /** It succeeded: its next failure is a first one. */
  forget(key: string): void;
}

interface Pause {
  readonly digest: string;
  readonly error: unknown;
  readonly failures: number;
  readonly endsAt: number;
}

export function createPauses(clock: Clock, random: () => number = Math.random): Pauses {
  const pauses = new Map<string, Pause>();
  const remember = (key: string, digest: string, error: unknown, failures: number) => {
    const waitMs = Math.max(backoffMs(failures, backoff, random), askedMs(error));
    pauses.set(key, { digest, error, failures, endsAt: clock.now() + waitMs });
  };
  return {
    attempt: async (key, digest, action) => {
      const known = pauses.get(key);
      const last = known?.digest === digest ? known : undefined;
      if (last && clock.now() < last.endsAt) {
        throw last.error;
      }
      try {
        return await action();
      } catch (error) {
        problemOf(error) && remember(key, digest, error, (last?.failures ?? 0) + 1);
        throw error;
      }
    },
    remainingMs: (key) => {
      const pause = pauses.get(key);
      return pause && Math.max(0, pause.endsAt - clock.now());
    },
    forget: (key) => {
      pauses.delete(key);
    },
  };
}

/** What `Retry-After` said. */
function askedMs(error: unknown): number {
  if (error instanceof KubeError) {
    return error.retryAfterMs ?? 0;
  }
  const seconds = error instanceof Failure ? error.details.retryAfterSeconds : undefined;
  return typeof seconds === 'number' ? seconds * 1000 : 0;
}
