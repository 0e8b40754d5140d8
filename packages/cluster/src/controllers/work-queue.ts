import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';

export interface WorkQueueOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Brings one object nearer to what it should be. Called again with growing delays while it throws. */
  readonly reconcile: (key: string) => void;
}

const firstRetryMs = 100;
const maxRetryMs = 60_000;

/** Keys to reconcile: each at most once in the queue, one at a time, with a turn of the event loop between them. */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #waiting = new Set<string>();
  readonly #timers = new Map<string, { readonly atMs: number; readonly cancel: () => void }>();
  readonly #failures = new Map<string, number>();
  #scheduled: NodeJS.Immediate | undefined;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** Reconciles soon. A delay that was set before is void: reconciling sets the next. */
  add(key: string): void {
    this.#timers.get(key)?.cancel();
    this.#timers.delete(key);
    this.#waiting.add(key);
    this.#scheduled ??= setImmediate(() => this.#next());
  }

  /** Adds the key after a delay; of several delays for one key the soonest counts. */
  addAfter(key: string, delayMs: number): void {
    const atMs = this.#options.clock.now() + delayMs;
    const known = this.#timers.get(key);
    if (known !== undefined && known.atMs <= atMs) {
      return;
    }
    known?.cancel();
    const cancel = this.#options.clock.after(delayMs, () => {
      this.#timers.delete(key);
      this.add(key);
    });
    this.#timers.set(key, { atMs, cancel });
  }

  close(): void {
    clearImmediate(this.#scheduled);
    this.#waiting.clear();
    for (const { cancel } of this.#timers.values()) {
      cancel();
    }
    this.#timers.clear();
  }

  #next(): void {
    this.#scheduled = undefined;
    const [key] = this.#waiting;
    if (key === undefined) {
      return;
    }
    this.#waiting.delete(key);
    try {
      this.#options.reconcile(key);
      this.#failures.delete(key);
    } catch (error) {
      this.#retry(key, error);
    }
    if (this.#waiting.size > 0) {
      this.#scheduled ??= setImmediate(() => this.#next());
    }
  }

  #retry(key: string, error: unknown): void {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    const delayMs = Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(failures - 1, 20));
    this.#options.log.warn(
      { err: error, key, failures, delayMs },
      `${this.#options.name}: reconcile failed, trying again`,
    );
    this.addAfter(key, delayMs);
  }
}
