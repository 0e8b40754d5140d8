import { createHash } from 'node:crypto';
import { Failure, freeMemory } from '@backup-maker/model';
import { digestBytes, type Manifest } from './manifest.ts';
import { partBytes } from './parts.ts';

/** Where a message's session-key packets are: 256 of the largest allowed would not fit, any real number does. */
const beginningBytes = 256 * 1024;

/** The manifest of a stream, found out from its beginning: the key that authenticates it is wrapped in there. */
export type ManifestOpener = (beginning: Buffer) => Promise<Manifest>;

/** What is given on at a time: large enough to be cheap; larger pieces are more memory that waits to be collected. */
const pieceBytes = 64 * 1024;

/**
 * Pass a stream on part by part, each only after its digest has been found in the manifest; so not a byte of a
 * damaged part gets through. Holds one part in memory, the same memory for each: a piece given is overwritten once
 * the next one is asked for. The memory of what `stream` gives is freed.
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
    manifest ??= await openManifest(Buffer.from(part.subarray(0, beginningBytes)));
    bytes += part.length;
    const expected = manifest.digests.subarray(index * digestBytes, (index + 1) * digestBytes);
    if (!createHash('sha256').update(part).digest().equals(expected)) {
      throw new Failure(
        'integrity',
        `the version was changed after it was made: part ${index + 1} is damaged`,
      );
    }
    for (let offset = 0; offset < part.length; offset += pieceBytes) {
      yield part.subarray(offset, offset + pieceBytes);
    }
    index += 1;
  }
  if (manifest === undefined || bytes !== manifest.bytes) {
    throw new Failure('integrity', 'the version was cut off after it was made');
  }
}

/** Each part in the same memory, as long as parts have the same size. */
async function* partsIn(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let index = 0;
  let part = Buffer.allocUnsafeSlow(partBytes(index));
  let filled = 0;
  for await (const chunk of stream) {
    let offset = 0;
    while (offset < chunk.length) {
      const copied = chunk.copy(part, filled, offset);
      filled += copied;
      offset += copied;
      if (filled === part.length) {
        yield part;
        index += 1;
        part = partBytes(index) === part.length ? part : Buffer.allocUnsafeSlow(partBytes(index));
        filled = 0;
      }
    }
    freeMemory(chunk);
  }
  if (filled > 0) {
    yield part.subarray(0, filled);
  }
}
