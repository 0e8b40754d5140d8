import type { ByteSource } from './storage.ts';

/**
 * The same bytes in pieces of given sizes; the last one may be shorter, and there is at least one. Two buffers
 * are used in turns: a piece is valid until the one after the next is asked for, so that one can be sent while the
 * next one fills.
 */
export async function* inParts(
  source: ByteSource,
  sizeOf: (index: number) => number,
): AsyncGenerator<Buffer> {
  const buffers = [Buffer.alloc(0), Buffer.alloc(0)];
  let index = 0;
  let filled = 0;
  const current = () => {
    const wanted = sizeOf(index);
    const buffer = buffers[index % 2] ?? Buffer.alloc(0);
    if (buffer.length === wanted) {
      return buffer;
    }
    const grown = Buffer.allocUnsafeSlow(wanted);
    buffers[index % 2] = grown;
    return grown;
  };
  let buffer = current();
  for await (const chunk of source) {
    for (let taken = 0; taken < chunk.length; ) {
      if (filled === buffer.length) {
        yield buffer;
        index += 1;
        filled = 0;
        buffer = current();
      }
      const piece = chunk.subarray(taken, taken + buffer.length - filled);
      buffer.set(piece, filled);
      filled += piece.length;
      taken += piece.length;
    }
  }
  yield buffer.subarray(0, filled);
}
