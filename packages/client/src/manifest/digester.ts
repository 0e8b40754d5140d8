import type { DigestAlgorithm, PartDigest } from './digest-algorithm.ts';
import { partBytes } from './parts.ts';

/** Takes the digest of every part of a stream that flows by. */
export class PartDigester {
  readonly #algorithm: DigestAlgorithm;
  readonly #digests: Buffer[] = [];
  #part: PartDigest | undefined;
  #left = 0;
  #bytes = 0;

  constructor(algorithm: DigestAlgorithm) {
    this.#algorithm = algorithm;
  }

  update(chunk: Uint8Array): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#left === 0) {
        this.#finishPart();
        const index = this.#digests.length;
        this.#part = this.#algorithm.begin(index);
        this.#left = partBytes(index);
      }
      const taken = Math.min(this.#left, chunk.length - offset);
      this.#part?.update(chunk.subarray(offset, offset + taken));
      this.#left -= taken;
      offset += taken;
    }
    this.#bytes += chunk.length;
  }

  /** The digests of all parts, one after the other, and the stream's length. Nothing can be added afterwards. */
  final(): { readonly bytes: number; readonly algorithm: DigestAlgorithm; readonly digests: Buffer } {
    this.#finishPart();
    return { bytes: this.#bytes, algorithm: this.#algorithm, digests: Buffer.concat(this.#digests) };
  }

  #finishPart(): void {
    if (this.#part !== undefined) {
      this.#digests.push(this.#part.digest());
      this.#part = undefined;
    }
  }
}

/** Pass a stream on, showing it to `digester` on the way. */
export async function* digested(
  stream: AsyncIterable<Uint8Array>,
  digester: PartDigester,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of stream) {
    digester.update(chunk);
    yield chunk;
  }
}
