import { addAbortSignal, Readable, type Writable } from 'node:stream';
import { Failure } from '@backup-maker/model';
import type { ByteSource } from '../storage/storage.ts';

/**
 * The body of an answer that asks for a chunk only once the one before has left the process, because a storage uses the
 * memory of its chunks again. Fastify pipes what it is given to send, and a pipe asks as soon as there is room.
 * @param signal ends it with an error, also while it waits for the storage or the receiver
 */
export function flushedStream(source: ByteSource, signal: AbortSignal): Readable {
  return addAbortSignal(signal, new FlushedStream(source));
}

class FlushedStream extends Readable {
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    super({ read: () => {} });
    this.#source = source;
  }

  override pipe<Destination extends NodeJS.WritableStream>(destination: Destination): Destination {
    this.#send(destination as unknown as Writable).catch((error: Error) => this.destroy(error));
    return destination;
  }

  async #send(destination: Writable): Promise<void> {
    let fail: (error: Error) => void = () => {};
    // What is written behind another answer of the same connection is dropped without a word when that ends.
    const onClose = () => fail(new Failure('cancelled', 'the connection ended before the answer was sent'));
    destination.once('close', onClose);
    for await (const chunk of this.#source) {
      await new Promise<void>((resolve, reject) => {
        fail = reject;
        destination.write(chunk, (error) => (error ? reject(error) : resolve()));
      });
    }
    destination.off('close', onClose);
    destination.end();
    this.push(null);
    // Nobody reads from here, and whoever waits for the end should hear of it.
    this.resume();
  }
}
