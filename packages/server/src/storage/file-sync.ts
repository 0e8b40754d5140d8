import { type FileHandle, open, rm } from 'node:fs/promises';
import { failureFromErrno } from './errno.ts';

/** How many files may wait for the disk before a writer waits too. */
const maxWaiting = 8;

/**
 * Syncs files behind the back of who wrote them, one at a time, so that the threads that write stay free. What
 * became of each is remembered, a failure until the file is forgotten: a kernel reports a failed write once only.
 */
export class BackgroundSync {
  readonly #outcomes = new Map<string, Promise<void>>();
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  /** Takes over `handle`, and closes it; resolves at once unless the disk is far behind. */
  async begin(path: string, handle: FileHandle): Promise<void> {
    const previous = this.#last;
    const outcome = previous
      .then(() => syncAndClose(handle))
      .catch(async (error: unknown) => {
        // Nobody, also after a restart, may take for whole what the disk does not have.
        await rm(path, { force: true });
        throw error;
      });
    this.#last = outcome.catch(() => {}).finally(() => (this.#waiting -= 1));
    this.#waiting += 1;
    this.#outcomes.set(path, outcome);
    // Looked at in `ended`.
    outcome.catch(() => {});
    if (this.#waiting > maxWaiting) {
      await previous;
    }
  }

  /** Resolves once the file is durable, also where another process wrote it. */
  async ended(path: string): Promise<void> {
    try {
      await (this.#outcomes.get(path) ?? syncFile(path));
      this.#outcomes.delete(path);
    } catch (error) {
      throw failureFromErrno(error);
    }
  }

  forget(path: string): void {
    this.#outcomes.delete(path);
  }
}

async function syncFile(path: string): Promise<void> {
  await syncAndClose(await open(path));
}

async function syncAndClose(handle: FileHandle): Promise<void> {
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
}
