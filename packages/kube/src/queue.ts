import { type Backoff, backoffMs } from './backoff.ts';
import { type Clock, systemClock } from './clock.ts';
import { createTokenBucket, type TokenBucketOptions } from './token-bucket.ts';

export interface WorkQueueOptions {
  /** Wait after a key's n-th failure in a row. */
  readonly backoff?: Backoff;
  /** Retries of all keys together. */
  readonly retries?: TokenBucketOptions;
  readonly clock?: Clock;
  readonly random?: () => number;
}

/**
 * Keys to work on. A key is in the queue at most once, and never handed out while somebody works on it: added
 * meanwhile, it comes again when `done` is called.
 */
export interface WorkQueue {
  /** Keys ready to be handed out. */
  readonly depth: number;
  add(key: string): void;
  /** Add later; the earliest of several delays of one key counts. */
  addAfter(key: string, delayMs: number): void;
  /** Add after a wait that grows with every call until `forget`; returns the wait in milliseconds. */
  retry(key: string): number;
  /** The key succeeded: its next failure is a first one. */
  forget(key: string): void;
  failures(key: string): number;
  /** The next key, when there is one; undefined when the queue was closed. Call `done` with it afterwards. */
  next(): Promise<string | undefined>;
  done(key: string): void;
  close(): void;
}

interface Delayed {
  readonly dueAt: number;
  readonly cancel: () => void;
}

const defaultBackoff: Backoff = { baseMs: 500, maxMs: 5 * 60_000 };
/** After an outage every key is in the row: 10,000 of them are through in less than two minutes. */
const defaultRetries: TokenBucketOptions = { perSecond: 100, burst: 200 };

export function createWorkQueue(options: WorkQueueOptions = {}): WorkQueue {
  const { clock = systemClock, random = Math.random, backoff = defaultBackoff } = options;
  const bucket = createTokenBucket(options.retries ?? defaultRetries);
  const ready = new Set<string>();
  const working = new Set<string>();
  const again = new Set<string>();
  const delayed = new Map<string, Delayed>();
  const failures = new Map<string, number>();
  const waiting: ((key: string | undefined) => void)[] = [];
  let closed = false;

  function handOut(): void {
    for (const key of ready) {
      const receiver = waiting.shift();
      if (!receiver) {
        return;
      }
      ready.delete(key);
      working.add(key);
      receiver(key);
    }
  }

  function cancelDelay(key: string): void {
    delayed.get(key)?.cancel();
    delayed.delete(key);
  }

  const queue: WorkQueue = {
    get depth() {
      return ready.size;
    },
    add: (key) => {
      if (closed) {
        return;
      }
      cancelDelay(key);
      (working.has(key) ? again : ready).add(key);
      handOut();
    },
    addAfter: (key, delayMs) => {
      const dueAt = clock.now() + delayMs;
      const pending = delayed.get(key);
      if (closed || ready.has(key) || (pending && pending.dueAt <= dueAt)) {
        return;
      }
      pending?.cancel();
      const cancel = clock.after(delayMs, () => queue.add(key));
      delayed.set(key, { dueAt, cancel });
    },
    retry: (key) => {
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      const delayMs = Math.max(backoffMs(count, backoff, random), bucket.take(clock.now()));
      queue.addAfter(key, delayMs);
      return delayMs;
    },
    forget: (key) => {
      failures.delete(key);
    },
    failures: (key) => failures.get(key) ?? 0,
    next: () => {
      if (closed) {
        return Promise.resolve(undefined);
      }
      const { promise, resolve } = Promise.withResolvers<string | undefined>();
      waiting.push(resolve);
      handOut();
      return promise;
    },
    done: (key) => {
      working.delete(key);
      if (again.delete(key)) {
        queue.add(key);
      }
    },
    close: () => {
      closed = true;
      for (const key of [...delayed.keys()]) {
        cancelDelay(key);
      }
      ready.clear();
      again.clear();
      for (const receiver of waiting.splice(0)) {
        receiver(undefined);
      }
    },
  };
  return queue;
}
