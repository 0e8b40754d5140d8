import type { FileHandle } from 'node:fs/promises';
import { gather } from '@backup-maker/model';
import { type DirectFile, writeWhole } from './direct-file.ts';
import { failureFromErrno } from './errno.ts';
import type { GrowingFile } from './file-early-sync.ts';
import type { ByteSource } from './storage.ts';

export interface WriteOptions {
  readonly signal: AbortSignal | undefined;
  /** Told of each chunk that is not needed any more. */
  readonly release: ((chunk: Uint8Array) => void) | undefined;
}

/** Write everything that `source` gives, gathered in `pieces`; gives the number of bytes. */
export function writeGathered(
  file: DirectFile,
  source: ByteSource,
  options: WriteOptions & { readonly pieces: readonly [Uint8Array, Uint8Array] },
): Promise<number> {
  const write = (piece: Uint8Array, position: number) => asFailure(file.write(piece, position));
  return gather(source, { ...options, write });
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
    await asFailure(writeWhole(handle, chunk, position));
    growing.wrote(chunk.length);
    position += chunk.length;
    release?.(chunk);
  }
  signal?.throwIfAborted();
  return position;
}

async function asFailure(writing: Promise<void>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    throw failureFromErrno(error);
  }
}
