import type { FileHandle } from 'node:fs/promises';
import type { Failure } from '@backup-maker/model';
import { failureFromErrno } from './errno.ts';

/**
 * How much a file grows before the disk is asked to write it. A kernel left alone keeps up to a tenth of the memory
 * for half a minute (`dirty_background_ratio`, `dirty_expire_centisecs`), so that the sync at the end waits for all
 * of a backup; much less than this, and the sender would wait for the disk's barriers.
 */
const bytesBetweenSyncs = 32 * 1024 ** 2;

/** The syncs of one file while it is written. */
export interface GrowingFile {
  /** Say that so many more bytes were written; never waits. */
  wrote(bytes: number): void;
  /**
   * Resolves when no sync of the file runs any more, before it may be closed.
   * @throws Failure when a sync failed: a kernel reports it once only, not to the sync after it
   */
  ended(): Promise<void>;
}

/** Keeps the disk busy while files are written: one file at a time, so that the threads that write stay free. */
export class EarlySync {
  #busy = false;

  of(handle: FileHandle): GrowingFile {
    let unsyncedBytes = 0;
    let running: Promise<void> = Promise.resolve();
    let failure: Failure | undefined;
    const sync = async (): Promise<void> => {
      this.#busy = true;
      try {
        await handle.datasync();
      } catch (error) {
        failure = failureFromErrno(error);
      } finally {
        this.#busy = false;
      }
    };
    return {
      wrote: (bytes) => {
        unsyncedBytes += bytes;
        if (unsyncedBytes >= bytesBetweenSyncs && !this.#busy) {
          unsyncedBytes = 0;
          running = sync();
        }
      },
      ended: async () => {
        await running;
        if (failure) {
          throw failure;
        }
      },
    };
  }
}
