import { constants } from 'node:fs';
import { type FileHandle, open, statfs } from 'node:fs/promises';
import type { GrowingFile } from './file-early-sync.ts';

/** Whether the files of a storage are written directly; no more once one of them has been refused. */
export interface DirectSupport {
  supported: boolean;
}

/** The largest logical block of the disks that there are; a larger one would show as EINVAL. */
const blockBytes = 4096;

/** Only some systems know it, Linux and FreeBSD among them. */
const directFlag: number | undefined = constants.O_DIRECT;

/**
 * The file systems, by their `f_type` (statfs(2)), where it is known to pay: ext4 and XFS. NFS, for one, takes direct writes
 * as well, but waits for the disk of its server after each.
 */
const directFileSystems: readonly number[] = [0xef53, 0x58465342];

/** What a system says that does not have direct I/O, or not for such a file. */
const refusals: readonly unknown[] = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'];

/** @throws the system's errors, where there is no such folder */
export async function directSupport(folder: string): Promise<DirectSupport> {
  const { type } = await statfs(folder);
  return { supported: directFlag !== undefined && directFileSystems.includes(type) };
}

/** Open a file that exists, for direct writing. @throws the system's errors */
export function openDirect(path: string): Promise<FileHandle> {
  return open(path, constants.O_WRONLY | constants.O_NOFOLLOW | (directFlag ?? 0));
}

export interface DirectFileOptions {
  /** Called once at most, when there is something to write directly. */
  readonly openDirect: () => Promise<FileHandle>;
  readonly support: DirectSupport;
  /** Told of what went through the kernel's cache, and waits there to be synced. */
  readonly growing: GrowingFile;
}

/**
 * A file whose whole blocks are written past the kernel's cache, which a backup would fill for nobody who reads it soon.
 * All else goes through `handle`, of the same file: its end, and everything where the file system can't do so.
 */
export class DirectFile implements AsyncDisposable {
  readonly #handle: FileHandle;
  readonly #options: DirectFileOptions;
  #direct: FileHandle | undefined;

  constructor(handle: FileHandle, options: DirectFileOptions) {
    this.#handle = handle;
    this.#options = options;
  }

  /** Write all of `bytes`, which begin at an address for direct I/O. @throws the system's errors */
  async write(bytes: Uint8Array, position: number): Promise<void> {
    const { growing } = this.#options;
    const direct = await this.#writeDirect(bytes, position);
    await writeWhole(this.#handle, bytes.subarray(direct), position + direct);
    growing.wrote(bytes.length - direct);
  }

  /** How many bytes were written so. */
  async #writeDirect(bytes: Uint8Array, position: number): Promise<number> {
    const { openDirect, support } = this.#options;
    const wanted = bytes.length - (bytes.length % blockBytes);
    if (!support.supported || wanted === 0 || position % blockBytes !== 0) {
      return 0;
    }
    try {
      this.#direct ??= await openDirect();
      return (await this.#direct.write(bytes, 0, wanted, position)).bytesWritten;
    } catch (error) {
      if (!refusals.includes((error as NodeJS.ErrnoException).code)) {
        throw error;
      }
      support.supported = false;
      return 0;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#direct?.close();
  }
}

/** A write may take less than it was given, such as on a disk that fills up: the rest is written again. */
export async function writeWhole(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const rest = bytes.length - written;
    written += (await handle.write(bytes, written, rest, position + written)).bytesWritten;
  }
}
