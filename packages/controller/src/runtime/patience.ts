import { backoffMs, type Clock, KubeError, pause } from '@backup-maker/kube';

const backoff = { baseMs: 250, maxMs: 5000 };

/** Whether an API server that failed so may do better soon. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof KubeError)) {
    return false;
  }
  const { code, status = 0 } = error;
  return code === 'network' || code === 'timeout' || (code === 'api' && (status === 429 || status >= 500));
}

export interface Patience {
  readonly clock: Clock;
  readonly limitMs: number;
  /** Ends the wait at once, with the last error. */
  readonly signal: AbortSignal;
}

/** Do something at start-up that must not fail because the API server is just being restarted. */
export async function patiently<T>(
  action: () => Promise<T>,
  { clock, limitMs, signal }: Patience,
): Promise<T> {
  const startedAt = clock.now();
  for (let failures = 1; ; failures += 1) {
    try {
      return await action();
    } catch (error) {
      if (!isPassing(error) || signal.aborted || clock.now() - startedAt > limitMs) {
        throw error;
      }
    }
    await pause(clock, backoffMs(failures, backoff, Math.random), signal);
  }
}
