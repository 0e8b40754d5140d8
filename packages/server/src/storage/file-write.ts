import type { FileHandle } from 'node:fs/promises';
import { failureFromErrno } from './errno.ts';
import type { GrowingFile } from './file-early-sync.ts';
import type { ByteSource } from './storage.ts';

export interface WriteOptions {
  readonly growing: GrowingFile;
  readonly signal: AbortSignal | undefined;
}

/** Write everything that `source` gives, chunk after chunk, in constant memory; gives the number of bytes. */
export async function writeAll(
  handle: FileHandle,
  source: ByteSource,
  { growing, signal }: WriteOptions,
): Promise<number> {
  let written = 0;
  for await (const chunk of source) {
    signal?.throwIfAborted();
    await writeWhole(handle, chunk);
    growing.wrote(chunk.length);
    written += chunk.length;
  }
  signal?.throwIfAborted();
  return written;
}

/** A write may take less than it was given, such as on a disk that fills up: the rest is written again. */
async function writeWhole(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  try {
    while (done < bytes.length) {
      const { bytesWritten } = await handle.write(bytes, done);
      done += bytesWritten;
    }
  } catch (error) {
    throw failureFromErrno(error);
  }
}
