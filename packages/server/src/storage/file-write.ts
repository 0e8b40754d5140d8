import type { FileHandle } from 'node:fs/promises';
import type { DirectFile } from './direct-file.ts';
import { writeWhole } from './direct-file.ts';
import { failureFromErrno } from './errno.ts';
import type { GrowingFile } from './file-early-sync.ts';
import type { ByteSource } from './storage.ts';

export interface WriteOptions {
  readonly signal: AbortSignal | undefined;
  /** Told of each chunk that is not needed any more. */
  readonly release: ((chunk: Uint8Array) => void) | undefined;
}

/**
 * Write everything that `source` gives, gathered in `pieces`; gives the number of bytes. While one piece is written the
 * other one is filled: waking the thread that writes costs as much time as writing a chunk of a socket.
 */
export async function writeGathered(
  file: Pick<DirectFile, 'write'>,
  source: ByteSource,
  { pieces, signal, release }: WriteOptions & { readonly pieces: readonly [Uint8Array, Uint8Array] },
): Promise<number> {
  let [filling, other] = pieces;
  let filled = 0;
  let position = 0;
  let writing: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    await writing;
    writing = file.write(filling.subarray(0, filled), position).catch((error: unknown) => {
      throw failureFromErrno(error);
    });
    // Awaited before the next piece, or at the end; meanwhile nobody looks.
    writing.catch(() => {});
    position += filled;
    filled = 0;
    [filling, other] = [other, filling];
  };
  try {
    for await (const chunk of source) {
      signal?.throwIfAborted();
      for (let taken = 0; taken < chunk.length; ) {
        const part = chunk.subarray(taken, taken + filling.length - filled);
        filling.set(part, filled);
        filled += part.length;
        taken += part.length;
        if (filled === filling.length) {
          await write();
        }
      }
      release?.(chunk);
    }
    signal?.throwIfAborted();
    if (filled > 0) {
      await write();
    }
  } finally {
    // The file may be closed and the pieces used by others once this returns, also because the source failed.
    await writing;
  }
  return position;
}

/** Write everything that `source` gives, a chunk after the other; gives the number of bytes. */
export async function writeChunks(
  handle: FileHandle,
  source: ByteSource,
  { growing, signal, release }: WriteOptions & { readonly growing: GrowingFile },
): Promise<number> {
  let position = 0;
  for await (const chunk of source) {
    signal?.throwIfAborted();
    try {
      await writeWhole(handle, chunk, position);
    } catch (error) {
      throw failureFromErrno(error);
    }
    growing.wrote(chunk.length);
    position += chunk.length;
    release?.(chunk);
  }
  signal?.throwIfAborted();
  return position;
}
