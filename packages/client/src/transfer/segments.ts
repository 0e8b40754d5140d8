import { piecesOf } from '@backup-maker/model';

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
  const [even, odd] = [Buffer.allocUnsafeSlow(segmentBytes), Buffer.allocUnsafeSlow(segmentBytes)];
  let offset = 0;
  for await (const bytes of piecesOf(stream, { memory: (index) => (index % 2 === 0 ? even : odd) })) {
    yield { offset, bytes };
    offset += bytes.length;
  }
}
