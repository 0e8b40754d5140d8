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

/** Do something at start-up that must not fail because the API server is just being restarted, for at most `limitMs`. */
export async function patiently<T>(action: () => Promise<T>, clock: Clock, limitMs: number): Promise<T> {
  const startedAt = clock.now();
  for (let failures = 1; ; failures += 1) {
    try {
      return await action();
    } catch (error) {
      if (!isPassing(error) || clock.now() - startedAt > limitMs) {
        throw error;
      }
    }
    await pause(clock, backoffMs(failures, backoff, Math.random), new AbortController().signal);
  }
}
