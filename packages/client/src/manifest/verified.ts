import { createHash, type Hash } from 'node:crypto';
import { Failure } from '@backup-maker/model';
import { digestBytes, type Manifest } from './manifest.ts';
import { partBytes } from './parts.ts';

/** Where a message's session-key packets are: 256 of the largest allowed would not fit, any real number does. */
const beginningBytes = 256 * 1024;

/** The manifest of a stream, found out from its beginning: the key that authenticates it is wrapped in there. */
export type ManifestOpener = (beginning: Buffer) => Promise<Manifest>;

/**
 * Pass a stream on part by part, each only after its digest has been found in the manifest; so not a byte of a
 * damaged part gets through. Holds one part in memory.
 * @throws Failure `integrity` at the first part that is not what the manifest says, or where the length differs
 */
export async function* verified(
  stream: AsyncIterable<Buffer>,
  openManifest: ManifestOpener,
): AsyncGenerator<Buffer, void, undefined> {
  let manifest: Manifest | undefined;
  let index = 0;
  let bytes = 0;
  for await (const part of partsIn(stream)) {
    manifest ??= await openManifest(Buffer.concat(part.chunks, Math.min(part.bytes, beginningBytes)));
    bytes += part.bytes;
    const expected = manifest.digests.subarray(index * digestBytes, (index + 1) * digestBytes);
    if (!part.hash.digest().equals(expected)) {
      throw new Failure(
        'integrity',
        `the version was changed after it was made: part ${index + 1} is damaged`,
      );
    }
    yield* part.chunks;
    index += 1;
  }
  if (manifest === undefined || bytes !== manifest.bytes) {
    throw new Failure('integrity', 'the version was cut off after it was made');
  }
}

interface Part {
  readonly chunks: readonly Buffer[];
  readonly bytes: number;
  readonly hash: Hash;
}

async function* partsIn(stream: AsyncIterable<Buffer>): AsyncGenerator<Part, void, undefined> {
  let index = 0;
  let part = emptyPart();
  for await (const chunk of stream) {
    let offset = 0;
    while (offset < chunk.length) {
      const piece = chunk.subarray(offset, offset + partBytes(index) - part.bytes);
      part.hash.update(piece);
      part.chunks.push(piece);
      part.bytes += piece.length;
      offset += piece.length;
      if (part.bytes === partBytes(index)) {
        yield part;
        part = emptyPart();
        index += 1;
      }
    }
  }
  if (part.bytes > 0) {
    yield part;
  }
}

function emptyPart(): { chunks: Buffer[]; bytes: number; hash: Hash } {
  return { chunks: [], bytes: 0, hash: createHash('sha256') };
}
