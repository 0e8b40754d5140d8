/** A piece of a stream that is kept until the server has it, so that it can be sent again. */
export interface Segment {
  readonly offset: number;
  readonly bytes: Buffer;
}

/**
 * Cut a stream into segments of `segmentBytes`; only the last one is shorter, and none is empty. Two buffers take
 * turns: a segment is overwritten when the one after the next is asked for.
 */
export async function* segmentsOf(
  stream: AsyncIterable<Uint8Array>,
  segmentBytes: number,
): AsyncGenerator<Segment, void, undefined> {
  let [buffer, other] = [Buffer.allocUnsafeSlow(segmentBytes), Buffer.allocUnsafeSlow(segmentBytes)];
  let offset = 0;
  let filled = 0;
  for await (const chunk of stream) {
    let rest = chunk;
    while (rest.length > 0) {
      const piece = rest.subarray(0, segmentBytes - filled);
      buffer.set(piece, filled);
      filled += piece.length;
      rest = rest.subarray(piece.length);
      if (filled === segmentBytes) {
        yield { offset, bytes: buffer };
        offset += filled;
        filled = 0;
        [buffer, other] = [other, buffer];
      }
    }
  }
  if (filled > 0) {
    yield { offset, bytes: buffer.subarray(0, filled) };
  }
}
