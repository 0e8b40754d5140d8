import { randomUUID } from 'node:crypto';
import { type FileHandle, lstat, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '@backup-maker/model';
import { DirectFile, type DirectSupport, directSupport, openDirect } from './direct-file.ts';
import { DirectMemory } from './direct-memory.ts';
import { failureFromErrno, failureOfWriting } from './errno.ts';
import { missingAsUndefined, storageFailure } from './failure.ts';
import { claimFolder } from './file-claim.ts';
import { EarlySync } from './file-early-sync.ts';
import { filesBelow, makeFolderDurably, syncFolder } from './file-folder.ts';
import { openForReading, readAll } from './file-read.ts';
import { BackgroundSync } from './file-sync.ts';
import { type WriteOptions, writeChunks, writeGathered } from './file-write.ts';
import {
  assertObjectKey,
  type ByteSource,
  type GetOptions,
  type PutOptions,
  type Storage,
  type StoredObject,
} from './storage.ts';

export interface FileStorageOptions {
  readonly folder: string;
  /** Who may use the folder: the same for all servers of one installation. */
  readonly ownerId: string;
}

/** How many files are gathered and written directly at once, each with 1 MiB. Many keep each other busy without that. */
const gatheredFiles = 4;

/**
 * A storage in a folder: `objects/<key>` holds whole objects, `incoming/` what is being written. Both must be
 * on one file system, for a rename to be atomic.
 * @throws Failure `conflict` when the folder belongs to another installation
 */
export async function openFileStorage({ folder, ownerId }: FileStorageOptions): Promise<Storage> {
  try {
    await claimFolder(folder, ownerId);
    return new FileStorage(folder, await directSupport(folder));
  } catch (error) {
    throw failureOfWriting(error);
  }
}

class FileStorage implements Storage {
  readonly name = 'file';
  readonly #objects: string;
  readonly #incoming: string;
  readonly #earlySync = new EarlySync();
  readonly #syncing = new BackgroundSync();
  readonly #direct: DirectSupport;
  readonly #writeMemory = new DirectMemory(gatheredFiles);
  /** Temporary files of this process that are being written: their age says nothing of a clock that jumps. */
  readonly #writing = new Set<string>();

  constructor(folder: string, direct: DirectSupport) {
    this.#direct = direct;
    this.#objects = join(folder, 'objects');
    this.#incoming = join(folder, 'incoming');
  }

  async put(key: string, source: ByteSource, { signal, release, durable = 'now' }: PutOptions = {}) {
    const target = this.#path(key);
    const name = randomUUID();
    const temporary = join(this.#incoming, name);
    this.#writing.add(name);
    let handle: FileHandle | undefined;
    try {
      handle = await createFile(temporary);
      const sizeBytes = await this.#write({ handle, path: temporary }, source, { signal, release });
      if (durable === 'now') {
        await syncData(handle);
      }
      await this.#publish(temporary, target);
      if (durable === 'now') {
        await syncFolder(dirname(target));
      } else {
        await this.#syncing.begin(target, handle);
        handle = undefined;
      }
      return { sizeBytes };
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    } finally {
      this.#writing.delete(name);
      await handle?.close();
    }
  }

  async sync(keys: readonly string[]): Promise<void> {
    const paths = keys.map((key) => this.#path(key));
    for (const path of paths) {
      await this.#syncing.ended(path);
    }
    for (const folder of new Set(paths.map((path) => dirname(path)))) {
      await syncFolder(folder);
    }
  }

  async get(key: string, { range, signal }: GetOptions = {}): Promise<ByteSource> {
    const handle = await openForReading(this.#path(key));
    const { offsetBytes = 0, lengthBytes = Number.POSITIVE_INFINITY } = range ?? {};
    return readAll(handle, { offsetBytes, lengthBytes, signal });
  }

  async stat(key: string): Promise<StoredObject | undefined> {
    try {
      const { size, mtimeMs } = await lstatFile(this.#path(key));
      return { key, sizeBytes: size, modifiedAtMs: mtimeMs };
    } catch (error) {
      return missingAsUndefined(failureFromErrno(error));
    }
  }

  async delete(key: string): Promise<void> {
    const path = this.#path(key);
    this.#syncing.forget(path);
    try {
      await rm(path, { force: true });
    } catch (error) {
      throw failureFromErrno(error);
    }
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    for await (const path of filesBelow(this.#objects)) {
      const key = path.slice(this.#objects.length + 1);
      const object = key.startsWith(prefix) ? await this.stat(key) : undefined;
      if (object) {
        yield object;
      }
    }
  }

  async removeUnfinished(olderThanMs: number): Promise<number> {
    let removed = 0;
    for (const name of await readdir(this.#incoming)) {
      const path = join(this.#incoming, name);
      // Another server may have published or removed it meanwhile.
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
      if (mtimeMs < olderThanMs && !this.#writing.has(name)) {
        await rm(path, { force: true, recursive: true });
        removed += 1;
      }
    }
    return removed;
  }

  async close(): Promise<void> {}

  /** No sync of the handle runs any more when this returns: it may be closed. */
  async #write(
    { handle, path }: { readonly handle: FileHandle; readonly path: string },
    source: ByteSource,
    options: WriteOptions,
  ): Promise<number> {
    const growing = this.#earlySync.of(handle);
    try {
      using memory = this.#writeMemory.take();
      if (memory === undefined) {
        return await writeChunks(handle, source, { ...options, growing });
      }
      await using file = new DirectFile(handle, {
        openDirect: () => openDirect(path),
        support: this.#direct,
        growing,
      });
      return await writeGathered(file, source, { ...options, pieces: memory.pieces });
    } finally {
      await growing.ended();
    }
  }

  #path(key: string): string {
    assertObjectKey(key);
    return join(this.#objects, key);
  }

  async #publish(temporary: string, target: string): Promise<void> {
    try {
      await makeFolderDurably(dirname(target), this.#objects);
      if (await exists(target)) {
        throw storageFailure('conflict');
      }
      await rename(temporary, target);
    } catch (error) {
      throw failureOfWriting(error);
    }
  }
}

/** Readable by the server's account alone: names and sizes of backups are nobody else's business. */
async function createFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    throw failureOfWriting(error);
  }
}

async function syncData(handle: FileHandle): Promise<void> {
  try {
    await handle.datasync();
  } catch (error) {
    throw failureFromErrno(error);
  }
}

async function lstatFile(path: string) {
  const found = await lstat(path);
  if (!found.isFile()) {
    throw new Failure('unavailable', 'the stored object is not a regular file');
  }
  return found;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
