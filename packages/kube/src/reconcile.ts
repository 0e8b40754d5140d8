import { type Clock, systemClock } from './clock.ts';
import { KubeError } from './error.ts';
import type { WorkQueue } from './queue.ts';

export interface ReconcileResult {
  /** Come again after this long even if nothing changes. */
  readonly requeueAfterMs?: number | undefined;
}

/** Makes what is there equal to what is wanted, for one key. Must be safe to run again at any time. */
export type Reconcile = (key: string, signal: AbortSignal) => Promise<ReconcileResult>;

export interface ReconcileOutcome {
  readonly key: string;
  readonly durationMs: number;
  readonly error?: unknown;
  /** The wait before the next attempt, after an error. */
  readonly retryInMs?: number;
}

export interface ReconcileLoopOptions {
  readonly queue: WorkQueue;
  readonly reconcile: Reconcile;
  /** How many keys at a time. */
  readonly workers: number;
  readonly onOutcome?: (outcome: ReconcileOutcome) => void;
  readonly clock?: Clock;
}

export interface ReconcileLoop extends AsyncDisposable {
  /** Ends the loop: running reconciles get their signal aborted, and are waited for. */
  close(): Promise<void>;
}

/** Work through a queue until closed. A failure of one key is reported, retried with backoff, and stops nothing else. */
export function startReconcileLoop(options: ReconcileLoopOptions): ReconcileLoop {
  const closing = new AbortController();
  const workers = Array.from({ length: options.workers }, () => work(options, closing.signal));
  const close = async () => {
    closing.abort();
    options.queue.close();
    await Promise.all(workers);
  };
  return { close, [Symbol.asyncDispose]: close };
}

async function work(options: ReconcileLoopOptions, signal: AbortSignal): Promise<void> {
  for (;;) {
    const key = await options.queue.next();
    if (key === undefined) {
      return;
    }
    try {
      await reconcileOnce(options, key, signal);
    } finally {
      options.queue.done(key);
    }
  }
}

async function reconcileOnce(options: ReconcileLoopOptions, key: string, signal: AbortSignal): Promise<void> {
  const { queue, clock = systemClock } = options;
  const startedAt = clock.now();
  try {
    const { requeueAfterMs } = await options.reconcile(key, signal);
    queue.forget(key);
    if (requeueAfterMs !== undefined) {
      queue.addAfter(key, requeueAfterMs);
    }
    options.onOutcome?.({ key, durationMs: clock.now() - startedAt });
  } catch (error) {
    if (signal.aborted) {
      return;
    }
    const retryInMs = retryAfter(queue, key, error);
    options.onOutcome?.({ key, durationMs: clock.now() - startedAt, error, retryInMs });
  }
}

/** The queue's backoff, or longer where the server asked for it. */
function retryAfter(queue: WorkQueue, key: string, error: unknown): number {
  const askedMs = error instanceof KubeError ? error.retryAfterMs : undefined;
  if (askedMs !== undefined) {
    queue.addAfter(key, askedMs);
    return askedMs;
  }
  return queue.retry(key);
}
