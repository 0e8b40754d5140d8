import type { FileHandle } from 'node:fs/promises';
import { failureFromErrno } from './errno.ts';
import type { ByteSource } from './storage.ts';

/** Chunks of a socket are about 64 KiB: writing two at once halves the number of system calls. */
const bufferBytes = 128 * 1024;

/**
 * Write everything that `source` gives, in constant memory; gives the number of bytes. Chunks are copied into one
 * buffer that is used again: they are garbage at once, and cheap to collect, rather than after the disk was waited for.
 */
export async function writeAll(
  handle: FileHandle,
  source: ByteSource,
  signal: AbortSignal | undefined,
): Promise<number> {
  const buffer = Buffer.allocUnsafeSlow(bufferBytes);
  let filled = 0;
  let written = 0;
  for await (const chunk of source) {
    signal?.throwIfAborted();
    for (let taken = 0; taken < chunk.length; ) {
      const piece = chunk.subarray(taken, taken + buffer.length - filled);
      buffer.set(piece, filled);
      filled += piece.length;
      taken += piece.length;
      if (filled === buffer.length) {
        await writeWhole(handle, buffer);
        written += filled;
        filled = 0;
      }
    }
  }
  signal?.throwIfAborted();
  await writeWhole(handle, buffer.subarray(0, filled));
  return written + filled;
}

/** A write may take less than it was given, such as on a disk that fills up: the rest is written again. */
async function writeWhole(handle: FileHandle, bytes: Buffer): Promise<void> {
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
