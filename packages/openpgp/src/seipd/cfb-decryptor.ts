import { type Cipheriv, createCipheriv, createDecipheriv } from 'node:crypto';
import { freeMemory } from '@backup-maker/model';
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
  /** The last block of what came before. */
  #vector: Buffer;
  /** That block, then the piece that is being decrypted. */
  readonly #window: Buffer;

  constructor(cipher: SymmetricCipher, key: Uint8Array) {
    this.#cipher = cipher;
    this.#key = key;
    this.#vector = Buffer.alloc(cipher.blockBytes);
    this.#window = Buffer.alloc(cipher.blockBytes + pieceBytes);
    this.#ecb = createCipheriv(`${cipher.name}-ecb`, key, null);
  }

  /** Decrypt the next bytes, a whole number of blocks. What is given is overwritten once the next one is asked for. */
  *update(encrypted: Buffer): Generator<Buffer, void, undefined> {
    for (let offset = 0; offset < encrypted.length; offset += pieceBytes) {
      yield this.#decrypt(encrypted.subarray(offset, offset + pieceBytes));
    }
  }

  /** Decrypt the last bytes, however many. */
  final(encrypted: Buffer): Buffer {
    return createDecipheriv(`${this.#cipher.name}-cfb`, this.#key, this.#vector).update(encrypted);
  }

  #decrypt(piece: Buffer): Buffer {
    const { blockBytes } = this.#cipher;
    const end = blockBytes + piece.length;
    this.#window.set(this.#vector);
    this.#window.set(piece, blockBytes);
    this.#vector = Buffer.from(piece.subarray(-blockBytes));
    const keyStream = this.#ecb.update(this.#window.subarray(0, piece.length));
    const plain = this.#window.subarray(blockBytes, end);
    xor(plain, keyStream);
    freeMemory(keyStream);
    return plain;
  }
}
