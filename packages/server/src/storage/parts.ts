import { piecesOf } from '@backup-maker/model';
import type { ByteSource } from './storage.ts';

/**
 * The same bytes in parts of given sizes; only the last one is shorter, and none is empty. Two buffers are used in
 * turns: a part is valid until the one after the next is asked for, so that one can be sent while the next one fills.
 */
export function inParts(source: ByteSource, sizeOf: (index: number) => number): AsyncGenerator<Buffer> {
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
  return piecesOf(source, { memory });
}
