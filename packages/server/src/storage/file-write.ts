import type { FileHandle } from 'node:fs/promises';
import { failureFromErrno } from './errno.ts';
import type { ByteSource } from './storage.ts';

/** Chunks of a socket are about 64 KiB: writing several at once halves the number of system calls. */
const batchBytes = 128 * 1024;

/** Write everything that `source` gives, in constant memory; gives the number of bytes. */
export async function writeAll(
  handle: FileHandle,
  source: ByteSource,
  signal: AbortSignal | undefined,
): Promise<number> {
  let written = 0;
  let batch: Uint8Array[] = [];
  let waitingBytes = 0;
  const flush = async () => {
    await writeBatch(handle, batch);
    written += waitingBytes;
    batch = [];
    waitingBytes = 0;
  };
  for await (const chunk of source) {
    signal?.throwIfAborted();
    batch.push(chunk);
    waitingBytes += chunk.length;
    if (waitingBytes >= batchBytes) {
      await flush();
    }
  }
  signal?.throwIfAborted();
  await flush();
  return written;
}

/** `writev` may write less than it was given, such as on a disk that fills up: the rest is written again. */
async function writeBatch(handle: FileHandle, batch: readonly Uint8Array[]): Promise<void> {
  let rest = batch.filter((chunk) => chunk.length > 0);
  try {
    while (rest.length > 0) {
      const { bytesWritten } = await handle.writev(rest);
      rest = dropBytes(rest, bytesWritten);
    }
  } catch (error) {
    throw failureFromErrno(error);
  }
}

function dropBytes(chunks: readonly Uint8Array[], count: number): Uint8Array[] {
  let left = count;
  const rest: Uint8Array[] = [];
  for (const chunk of chunks) {
    if (left < chunk.length) {
      rest.push(chunk.subarray(left));
    }
    left = Math.max(0, left - chunk.length);
  }
  return rest;
}
