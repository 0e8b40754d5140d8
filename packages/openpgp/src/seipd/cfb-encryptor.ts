import { type Cipheriv, createCipheriv } from 'node:crypto';
import { freeMemory } from '@backup-maker/model';
import type { SymmetricCipher } from './symmetric.ts';
import { xor } from './xor.ts';

/** Fits, with what it becomes, the cache of a processor's core. */
const pieceBytes = 64 * 1024;

/**
 * Encrypts in cipher feedback mode from a zero vector. OpenSSL does that block by block in C, cipher block chaining in
 * assembly, and one is the other: with E for the block cipher, P for plain text and C for what it becomes, feedback has
 * C[i] = P[i] XOR K[i] with K[i] = E(C[i-1]) (NIST SP 800-38A, section 6.3); so K[i+1] = E(P[i] XOR K[i]), which is
 * what chaining makes of the same plain text (section 6.2), begun at K[1]. A quarter less time, the XOR included.
 */
export class CfbEncryptor {
  readonly #blockBytes: number;
  readonly #chaining: Cipheriv;
  /** K of the block that is being filled, then of all that the next piece touches. */
  readonly #keyStream: Buffer;
  /** A piece, at the same place of its blocks. */
  readonly #text: Buffer;
  /** How much of its first block is used up. */
  #offset = 0;

  constructor(cipher: SymmetricCipher, key: Uint8Array) {
    const { name, blockBytes } = cipher;
    const firstBlock = createCipheriv(`${name}-ecb`, key, null).update(Buffer.alloc(blockBytes));
    this.#blockBytes = blockBytes;
    this.#chaining = createCipheriv(`${name}-cbc`, key, firstBlock).setAutoPadding(false);
    this.#keyStream = Buffer.alloc(2 * blockBytes + pieceBytes);
    this.#keyStream.set(firstBlock);
    this.#text = Buffer.alloc(2 * blockBytes + pieceBytes);
  }

  /** Encrypt the next bytes, however many. What is given is overwritten once the next one is asked for. */
  *update(plain: Buffer): Generator<Buffer, void, undefined> {
    for (let from = 0; from < plain.length; from += pieceBytes) {
      yield this.#encrypt(plain.subarray(from, from + pieceBytes));
    }
  }

  #encrypt(piece: Buffer): Buffer {
    const begin = this.#offset;
    const end = begin + piece.length;
    const chained = this.#chaining.update(piece);
    this.#keyStream.set(chained, this.#blockBytes);
    freeMemory(chained);
    this.#text.set(piece, begin);
    const touched = Math.ceil(end / this.#blockBytes) * this.#blockBytes;
    xor(this.#text.subarray(0, touched), this.#keyStream.subarray(0, touched));
    this.#offset = end % this.#blockBytes;
    const used = end - this.#offset;
    this.#keyStream.copyWithin(0, used, used + this.#blockBytes);
    return this.#text.subarray(begin, end);
  }
}
