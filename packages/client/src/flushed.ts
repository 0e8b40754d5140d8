import type { Writable } from 'node:stream';

/** A pipe holds 208 KiB: larger writes wake its reader less often, which takes a tenth of a restore's time otherwise. */
const pieceBytes = 512 * 1024;

/** Memory to gather in what is written to a pipe. */
export function pipePieces(): readonly [Buffer, Buffer] {
  return [Buffer.allocUnsafeSlow(pieceBytes), Buffer.allocUnsafeSlow(pieceBytes)];
}

/**
 * Write a chunk; settles when it has left the process, so that its memory may be used again. A pipe does not tell.
 * @throws what the stream fails with, whose `error` event somebody must listen to
 */
export function flushed(stream: Writable, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}
