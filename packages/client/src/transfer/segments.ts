/** A piece of a stream that is kept until the server has it, so that it can be sent again. */
export interface Segment {
  readonly offset: number;
  readonly bytes: number;
  readonly chunks: readonly Uint8Array[];
}

/** Cut a stream into segments of `segmentBytes`; only the last one is shorter, and none is empty. */
export async function* segmentsOf(
  stream: AsyncIterable<Uint8Array>,
  segmentBytes: number,
): AsyncGenerator<Segment, void, undefined> {
  let offset = 0;
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    let rest = chunk;
    while (rest.length > 0) {
      const piece = rest.subarray(0, segmentBytes - bytes);
      chunks.push(piece);
      bytes += piece.length;
      rest = rest.subarray(piece.length);
      if (bytes === segmentBytes) {
        yield { offset, bytes, chunks };
        offset += bytes;
        chunks = [];
        bytes = 0;
      }
    }
  }
  if (bytes > 0) {
    yield { offset, bytes, chunks };
  }
}

/** What of a segment is left after its first `skip` bytes. */
export function* remainder(segment: Segment, skip: number): Generator<Uint8Array, void, undefined> {
  let left = skip;
  for (const chunk of segment.chunks) {
    if (left < chunk.length) {
      yield chunk.subarray(left);
    }
    left = Math.max(0, left - chunk.length);
  }
}
