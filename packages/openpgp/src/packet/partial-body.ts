import { encodeLength, encodePartialLength, encodeTag } from './header.ts';

/** 128 KiB: large enough that per-call costs vanish, small enough that hash and cipher find the block in the cache. */
const blockPower = 17;
const blockBytes = 2 ** blockPower;

/**
 * Writes one packet whose length is not known before its end, as runs of partial lengths (RFC 9580 section
 * 4.2.1.4). A short packet gets one plain length.
 */
export class PartialBody {
  readonly #tag: number;
  readonly #reuse: boolean;
  #started = false;
  /** One octet for the run's length, then its bytes. */
  #run = Buffer.allocUnsafe(1 + blockBytes);
  #filled = 0;

  /** @param options.reuse each piece given is overwritten once the next one is asked for, which spares its memory */
  constructor(tag: number, options: { readonly reuse: boolean }) {
    this.#tag = tag;
    this.#reuse = options.reuse;
  }

  /** Take a piece of the body; gives the octets that are ready. */
  *push(bytes: Uint8Array): Generator<Buffer, void, undefined> {
    let offset = 0;
    while (offset < bytes.length) {
      const taken = Math.min(bytes.length - offset, blockBytes - this.#filled);
      this.#run.set(bytes.subarray(offset, offset + taken), 1 + this.#filled);
      this.#filled += taken;
      offset += taken;
      if (this.#filled === blockBytes) {
        yield* this.#flush();
      }
    }
  }

  /** The octets that end the packet. */
  *end(): Generator<Buffer, void, undefined> {
    yield Buffer.concat([
      ...this.#tagOnce(),
      encodeLength(this.#filled),
      this.#run.subarray(1, 1 + this.#filled),
    ]);
  }

  *#flush(): Generator<Buffer, void, undefined> {
    yield* this.#tagOnce();
    this.#run[0] = encodePartialLength(blockPower);
    yield this.#run;
    if (!this.#reuse) {
      this.#run = Buffer.allocUnsafe(1 + blockBytes);
    }
    this.#filled = 0;
  }

  *#tagOnce(): Generator<Buffer, void, undefined> {
    if (!this.#started) {
      this.#started = true;
      yield Buffer.of(encodeTag(this.#tag));
    }
  }
}
