export interface GatherOptions {
  /** Filled and written in turns. */
  readonly pieces: readonly [Uint8Array, Uint8Array];
  /** Settles when the memory of `piece` may be used again; `position` is where its first byte stands in the stream. */
  readonly write: (piece: Uint8Array, position: number) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
  /** Told of each chunk of the source that is not needed any more. */
  readonly release?: ((chunk: Uint8Array) => void) | undefined;
}

/**
 * Write everything that `source` gives in large pieces; gives the number of bytes. While one piece is written the other
 * one is filled. To wake the thread, or the process, on the other side takes as long as the bytes of a small piece do.
 * Nothing is being written any more when this settles, and what the source gave before it failed may not be written.
 * @throws what the source or `write` fails with, and the reason of the signal
 */
export async function gather(
  source: AsyncIterable<Uint8Array>,
  { pieces, write, signal, release }: GatherOptions,
): Promise<number> {
  let [filling, other] = pieces;
  let filled = 0;
  let position = 0;
  let writing: Promise<void> = Promise.resolve();
  const pass = async (): Promise<void> => {
    await writing;
    writing = write(filling.subarray(0, filled), position);
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
          await pass();
        }
      }
      release?.(chunk);
    }
    signal?.throwIfAborted();
    if (filled > 0) {
      await pass();
    }
  } finally {
    await writing;
  }
  return position;
}
