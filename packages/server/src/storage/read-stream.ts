import type { Readable } from 'node:stream';

/** The bytes of a stream, whose errors `failureOf` translates. Leaving early ends the stream. */
export async function* readStream(
  stream: Readable,
  failureOf: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw failureOf(error);
  } finally {
    stream.destroy();
  }
}
