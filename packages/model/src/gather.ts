export interface PieceOptions<Piece extends Uint8Array> {
  /** What piece number `index` (from 0) is put into, as much as fits. Two in turns are enough. */
  readonly memory: (index: number) => Piece;
  readonly signal?: AbortSignal | undefined;
  /** Told of each chunk of the source that is not needed any more. */
  readonly release?: ((chunk: Uint8Array) => void) | undefined;
}

/**
 * The same bytes in pieces that fill the memory that they are put into; only the last one is shorter, and none is empty.
 * Where two memories take turns, a piece is overwritten when the one after the next is asked for.
 * @throws what the source fails with, and the reason of the signal
 */
export async function* piecesOf<Piece extends Uint8Array>(
  source: AsyncIterable<Uint8Array>,
  { memory, signal, release }: PieceOptions<Piece>,
): AsyncGenerator<Piece, void, undefined> {
  let index = 0;
  let piece: Piece | undefined;
  let filled = 0;
  for await (const chunk of source) {
    signal?.throwIfAborted();
    for (let taken = 0; taken < chunk.length; ) {
      piece ??= memory(index);
      const part = chunk.subarray(taken, taken + piece.length - filled);
      piece.set(part, filled);
      filled += part.length;
      taken += part.length;
      if (filled === piece.length) {
        yield piece;
        index += 1;
        filled = 0;
        piece = undefined;
      }
    }
    release?.(chunk);
  }
  signal?.throwIfAborted();
  if (piece !== undefined) {
    yield piece.subarray(0, filled) as Piece;
  }
}

export interface GatherOptions extends Omit<PieceOptions<Uint8Array>, 'memory'> {
  /** Filled and written in turns. */
  readonly pieces: readonly [Uint8Array, Uint8Array];
  /** Settles when the memory of `piece` may be used again; `position` is where its first byte stands in the stream. */
  readonly write: (piece: Uint8Array, position: number) => Promise<void>;
}

/**
 * Write everything that `source` gives in large pieces; gives the number of bytes. While one piece is written the other
 * one is filled. To wake the thread, or the process, on the other side takes as long as the bytes of a small piece do.
 * Nothing is being written any more when this settles, and what the source gave before it failed may not be written.
 * @throws what the source or `write` fails with, and the reason of the signal
 */
export async function gather(
  source: AsyncIterable<Uint8Array>,
  { pieces, write, ...options }: GatherOptions,
): Promise<number> {
  const memory = (index: number) => (index % 2 === 0 ? pieces[0] : pieces[1]);
  let position = 0;
  let writing: Promise<void> = Promise.resolve();
  try {
    for await (const piece of piecesOf(source, { ...options, memory })) {
      await writing;
      writing = write(piece, position);
      // Awaited before the next piece, or at the end; meanwhile nobody looks.
      writing.catch(() => {});
      position += piece.length;
    }
  } finally {
    await writing;
  }
  return position;
}
