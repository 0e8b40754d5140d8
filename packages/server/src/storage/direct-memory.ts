/** Of one piece: of 64 KiB a direct write costs the kernel eight times as much for each byte, of 1 MiB a quarter less. */
export const pieceBytes = 512 * 1024;

/** WebAssembly Core Specification, section 4.2.8 (memory instances). */
const wasmPageBytes = 64 * 1024;

/** Node.js has it, but its types leave it to those of browsers. */
declare const WebAssembly: {
  readonly Memory: new (pages: {
    readonly initial: number;
    readonly maximum: number;
  }) => {
    readonly buffer: ArrayBuffer;
  };
};

/** Two pieces of memory, one to fill while the other is written; given back by disposing. */
export interface PiecePair extends Disposable {
  readonly pieces: readonly [Buffer, Buffer];
}

/**
 * Memory for direct I/O, which wants addresses that are multiples of the disk's block size (open(2), O_DIRECT). A buffer
 * may have any address; the memory of WebAssembly begins where a page does, and needs no native code. What nobody used yet
 * is not resident, and the pair that was given back last is taken first.
 */
export class DirectMemory {
  readonly #free: (readonly [Buffer, Buffer])[];

  constructor(pairs: number) {
    const pages = (pairs * 2 * pieceBytes) / wasmPageBytes;
    const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const piece = (index: number) => Buffer.from(buffer, index * pieceBytes, pieceBytes);
    this.#free = Array.from({ length: pairs }, (_, pair) => [piece(2 * pair), piece(2 * pair + 1)]);
  }

  /** Undefined when others use all of it: waiting would let fast ones wait for slow ones. */
  take(): PiecePair | undefined {
    const pieces = this.#free.pop();
    if (pieces === undefined) {
      return;
    }
    let taken = true;
    return {
      pieces,
      [Symbol.dispose]: () => {
        if (taken) {
          taken = false;
          this.#free.push(pieces);
        }
      },
    };
  }
}
