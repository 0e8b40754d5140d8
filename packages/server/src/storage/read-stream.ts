import type { Readable } from 'node:stream';
import type { Failure } from '@backup-maker/model';

/** The bytes of a stream of a client library, whose errors `failureOf` translates. Leaving early ends the stream. */
export async function* readStream(
  stream: Readable,
  failureOf: (error: unknown) => Failure,
): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw failureOf(error);
  } finally {
    stream.destroy();
  }
}
