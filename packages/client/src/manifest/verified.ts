import { timingSafeEqual } from 'node:crypto';
import { Failure, freeMemory } from '@backup-maker/model';
import type { Manifest } from './manifest.ts';
import { partBytes } from './parts.ts';

/** Where a message's session-key packets are: 256 of the largest allowed would not fit, any real number does. */
const beginningBytes = 256 * 1024;

/** The manifest of a stream, found out from its beginning: the key that authenticates it is wrapped in there. */
export type ManifestOpener = (beginning: Buffer) => Promise<Manifest>;

/** What is given on at a time: large enough to be cheap; larger pieces are more memory that waits to be collected. */
const pieceBytes = 128 * 1024;

/**
 * Pass a stream on part by part, each only after its digest has been found in the manifest; so not a byte of a
 * damaged part gets through. Holds one part in memory: the next one takes the place of what was given on, so that what
 * arrives need not wait, and a piece given is overwritten once the next one is asked for. The memory of what `stream`
 * gives is freed.
 * @throws Failure `integrity` at the first part that is not what the manifest says, or where the length differs
 */
export async function* verified(
  stream: AsyncIterable<Buffer>,
  openManifest: ManifestOpener,
  sizeOf: (index: number) => number = partBytes,
): AsyncGenerator<Buffer, void, undefined> {
  const parts = new PartChecker(openManifest);
  let memory = Buffer.allocUnsafeSlow(sizeOf(0));
  /** Of the part that has been checked: how long it is, and how much of it was given on. */
  let [checked, given] = [0, 0];
  /** How much there is of the next one. */
  let filled = 0;
  function* giveOn(bytes: number): Generator<Buffer, void, undefined> {
    while (given < Math.min(bytes, checked)) {
      const piece = memory.subarray(given, Math.min(checked, given + pieceBytes));
      yield piece;
      given += piece.length;
    }
  }
  for await (const chunk of stream) {
    for (let taken = 0; taken < chunk.length; ) {
      yield* giveOn(filled + chunk.length - taken);
      const piece = chunk.subarray(taken, taken + memory.length - filled);
      // Not `copy`: Node.js 24 cuts its target offset to 32 bits, and parts exceed 4 GiB in a version of 5 TiB.
      memory.set(piece, filled);
      filled += piece.length;
      taken += piece.length;
      if (filled === memory.length) {
        await parts.check(memory);
        [checked, given, filled] = [filled, 0, 0];
        const nextBytes = sizeOf(parts.checked);
        if (nextBytes !== memory.length) {
          yield* giveOn(checked);
          freeMemory(memory);
          memory = Buffer.allocUnsafeSlow(nextBytes);
          checked = 0;
        }
      }
    }
    freeMemory(chunk);
  }
  yield* giveOn(checked);
  if (filled > 0) {
    await parts.check(memory.subarray(0, filled));
    [checked, given] = [filled, 0];
    yield* giveOn(checked);
  }
  parts.insistOnEnd();
}

/** Compares the parts of a stream, one after the other, with its manifest. */
class PartChecker {
  readonly #open: ManifestOpener;
  #manifest: Manifest | undefined;
  #checked = 0;
  #bytes = 0;

  constructor(open: ManifestOpener) {
    this.#open = open;
  }

  /** How many parts have been found intact. */
  get checked(): number {
    return this.#checked;
  }

  async check(part: Buffer): Promise<void> {
    this.#manifest ??= await this.#open(Buffer.from(part.subarray(0, beginningBytes)));
    const { algorithm, digests } = this.#manifest;
    const begin = this.#checked * algorithm.digestBytes;
    const expected = digests.subarray(begin, begin + algorithm.digestBytes);
    const digest = algorithm.begin(this.#checked);
    digest.update(part);
    // Behind the last part that the manifest knows, `expected` is empty.
    if (expected.length !== algorithm.digestBytes || !timingSafeEqual(digest.digest(), expected)) {
      throw new Failure(
        'integrity',
        `the version was changed after it was made: part ${this.#checked + 1} is damaged`,
      );
    }
    this.#checked += 1;
    this.#bytes += part.length;
  }

  insistOnEnd(): void {
    if (this.#manifest === undefined || this.#bytes !== this.#manifest.bytes) {
      throw new Failure('integrity', 'the version was cut off after it was made');
    }
  }
}
