import { createHash, type Hash } from 'node:crypto';
import { partBytes } from './parts.ts';

/** Takes the SHA-256 of every part of a stream that flows by. */
export class PartDigester {
  readonly #digests: Buffer[] = [];
  #hash: Hash | undefined;
  #left = 0;
  #bytes = 0;

  update(chunk: Uint8Array): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#left === 0) {
        this.#finishPart();
        this.#hash = createHash('sha256');
        this.#left = partBytes(this.#digests.length);
      }
      const taken = Math.min(this.#left, chunk.length - offset);
      this.#hash?.update(chunk.subarray(offset, offset + taken));
      this.#left -= taken;
      offset += taken;
    }
    this.#bytes += chunk.length;
  }

  /** The digests of all parts, one after the other, and the stream's length. Nothing can be added afterwards. */
  final(): { readonly bytes: number; readonly digests: Buffer } {
    this.#finishPart();
    return { bytes: this.#bytes, digests: Buffer.concat(this.#digests) };
  }

  #finishPart(): void {
    if (this.#hash !== undefined) {
      this.#digests.push(this.#hash.digest());
      this.#hash = undefined;
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
