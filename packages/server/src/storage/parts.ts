import { piecesOf } from '@backup-maker/model';
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
  const memory = (index: number): Buffer => {
    const wanted = sizeOf(index);
    const buffer = buffers[index % 2];
    if (buffer?.length === wanted) {
      return buffer;
    }
    const grown = Buffer.allocUnsafeSlow(wanted);
    buffers[index % 2] = grown;
    return grown;
  };
  let isEmpty = true;
  for await (const part of piecesOf(source, { memory })) {
    isEmpty = false;
    yield part;
  }
  if (isEmpty) {
    yield Buffer.alloc(0);
  }
}
