import type { Writable } from 'node:stream';

/**
 * Write a chunk; settles when it has left the process, so that its memory may be used again. A pipe does not tell.
 * @throws what the stream fails with, whose `error` event somebody must listen to
 */
export function flushed(stream: Writable, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}
