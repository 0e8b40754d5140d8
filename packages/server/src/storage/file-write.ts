import type { FileHandle } from 'node:fs/promises';
import { failureFromErrno } from './errno.ts';
import type { GrowingFile } from './file-early-sync.ts';
import type { ByteSource } from './storage.ts';

export interface WriteOptions {
  readonly growing: GrowingFile;
  /** How many bytes may be gathered for one write, which may change meanwhile. No more than a chunk: none are. */
  readonly batchBytes: () => number;
  readonly signal: AbortSignal | undefined;
  /** Told of each chunk once it is written. */
  readonly release: ((chunk: Uint8Array) => void) | undefined;
}

/** So that a sender of tiny chunks can't make us hold more for each than its bytes. */
const maxChunks = 64;

/**
 * Write everything that `source` gives, in constant memory; gives the number of bytes. While one batch is written the
 * next one is gathered: waking the thread that writes costs as much time as writing a chunk of a socket.
 */
export async function writeAll(
  handle: FileHandle,
  source: ByteSource,
  { growing, batchBytes, signal, release }: WriteOptions,
): Promise<number> {
  let written = 0;
  let batch: Uint8Array[] = [];
  let gathered = 0;
  let writing: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    await writing;
    const [chunks, bytes] = [batch, gathered];
    writing = writeWhole(handle, chunks).then(() => {
      growing.wrote(bytes);
      for (const chunk of chunks) {
        release?.(chunk);
      }
    });
    // Awaited before the next batch, or at the end; meanwhile nobody looks.
    writing.catch(() => {});
    written += bytes;
    batch = [];
    gathered = 0;
  };
  try {
    for await (const chunk of source) {
      signal?.throwIfAborted();
      batch.push(chunk);
      gathered += chunk.length;
      const limit = batchBytes();
      if (gathered >= limit || batch.length === maxChunks) {
        await write();
      }
      if (limit <= chunk.length) {
        // No room to gather while this is written.
        await writing;
      }
    }
    signal?.throwIfAborted();
    await write();
  } finally {
    // The handle may be closed once this returns, also because the source failed.
    await writing;
  }
  return written;
}

/** A write may take less than it was given, such as on a disk that fills up: the rest is written again. */
async function writeWhole(handle: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  let rest = chunks;
  try {
    while (rest.length > 0) {
      const { bytesWritten } = await handle.writev(rest);
      rest = without(rest, bytesWritten);
    }
  } catch (error) {
    throw failureFromErrno(error);
  }
}

/** The chunks behind their first `bytes` bytes. */
function without(chunks: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let left = bytes;
  const index = chunks.findIndex((chunk) => {
    if (left < chunk.length) {
      return true;
    }
    left -= chunk.length;
    return false;
  });
  const first = chunks[index];
  return first ? [first.subarray(left), ...chunks.slice(index + 1)] : [];
}
