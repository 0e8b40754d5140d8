/** `bytes` as a stream of chunks of at most `chunkBytes`. */
export async function* chunks(
  bytes: Uint8Array,
  chunkBytes = bytes.length || 1,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
    yield bytes.subarray(offset, offset + chunkBytes);
  }
}

/** All of a stream whose pieces may be overwritten once the next one is asked for. */
export async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) {
    pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces);
}
