import { type Cipheriv, createCipheriv, createDecipheriv } from 'node:crypto';
import type { SymmetricCipher } from './symmetric.ts';
import { xor } from './xor.ts';

/** Fits, in and out, the cache of a processor's core. */
const pieceBytes = 64 * 1024;

/**
 * Decrypts cipher feedback mode from a zero vector. Encrypting in this mode is serial by its nature, decrypting is
 * not: each block is the cipher text before it, encrypted, XOR its own (NIST SP 800-38A, section 6.3). OpenSSL goes
 * block by block both ways; its ECB takes many at once, which makes this five times as fast.
 */
export class CfbDecryptor {
  readonly #ecb: Cipheriv;
  readonly #cipher: SymmetricCipher;
  readonly #key: Uint8Array;
  /** The last block of what came before, then the piece that is being decrypted. */
  readonly #window: Buffer;

  constructor(cipher: SymmetricCipher, key: Uint8Array) {
    this.#cipher = cipher;
    this.#key = key;
    this.#window = Buffer.alloc(cipher.blockBytes + pieceBytes);
    this.#ecb = createCipheriv(`${cipher.name}-ecb`, key, null);
  }

  /** Decrypt the next bytes, a whole number of blocks. */
  *update(encrypted: Buffer): Generator<Buffer, void, undefined> {
    for (let offset = 0; offset < encrypted.length; offset += pieceBytes) {
      yield this.#decrypt(encrypted.subarray(offset, offset + pieceBytes));
    }
  }

  /** Decrypt the last bytes, however many. */
  final(encrypted: Buffer): Buffer {
    const vector = this.#window.subarray(0, this.#cipher.blockBytes);
    return createDecipheriv(`${this.#cipher.name}-cfb`, this.#key, vector).update(encrypted);
  }

  #decrypt(piece: Buffer): Buffer {
    const { blockBytes } = this.#cipher;
    this.#window.set(piece, blockBytes);
    const plain = this.#ecb.update(this.#window.subarray(0, piece.length));
    xor(plain, this.#window.subarray(blockBytes, blockBytes + piece.length));
    this.#window.copyWithin(0, piece.length, piece.length + blockBytes);
    return plain;
  }
}
