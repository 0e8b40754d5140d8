import { type CipherGCM, createCipheriv, randomBytes } from 'node:crypto';
import { freeMemory } from '@backup-maker/model';
import { type AeadMode, type AeadScheme, aeadModeIds, aeadScheme, tagBytes } from './aead-scheme.ts';
import type { BodyEncryptor } from './cipher.ts';
import { aes256Id } from './symmetric.ts';

const version = 2;
const saltBytes = 32;
/** 256 KiB: the reader holds one chunk before it may use it, and one more call a chunk costs nothing here. */
const chunkSizeOctet = 12;

/** Version 2 of the packet: chunks of authenticated encryption (RFC 9580 section 5.13.2). */
export class AeadEncryptor implements BodyEncryptor {
  readonly #scheme: AeadScheme;
  readonly #header: Buffer;
  #cipher: CipherGCM | undefined;
  #chunks = 0;
  #left = 0;
  #totalBytes = 0;

  constructor(options: { readonly mode: AeadMode; readonly key: Uint8Array }) {
    const modeId = aeadModeIds[options.mode];
    const random = randomBytes(saltBytes);
    this.#header = Buffer.concat([Buffer.of(version, aes256Id, modeId, chunkSizeOctet), random]);
    const header = { kind: 'aead', cipherId: aes256Id, modeId, chunkSizeOctet, random } as const;
    this.#scheme = aeadScheme(header, options.key);
  }

  start(): readonly Buffer[] {
    return [this.#header];
  }

  *update(plain: Buffer): Generator<Buffer, void, undefined> {
    let offset = 0;
    while (offset < plain.length) {
      this.#cipher ??= this.#nextChunk();
      const piece = plain.subarray(offset, offset + this.#left);
      offset += piece.length;
      this.#left -= piece.length;
      this.#totalBytes += piece.length;
      const encrypted = this.#cipher.update(piece);
      yield encrypted;
      freeMemory(encrypted);
      if (this.#left === 0) {
        yield* this.#endChunk();
      }
    }
  }

  *final(): Generator<Buffer, void, undefined> {
    yield* this.#endChunk();
    const cipher = this.#createCipher(this.#scheme.finalData(this.#chunks, this.#totalBytes));
    yield cipher.final();
    yield cipher.getAuthTag();
  }

  #nextChunk(): CipherGCM {
    this.#left = this.#scheme.chunkBytes;
    return this.#createCipher(this.#scheme.chunkData(this.#chunks));
  }

  *#endChunk(): Generator<Buffer, void, undefined> {
    if (this.#cipher !== undefined) {
      yield this.#cipher.final();
      yield this.#cipher.getAuthTag();
      this.#cipher = undefined;
      this.#chunks += 1;
    }
  }

  #createCipher(associated: Buffer): CipherGCM {
    const { cipherName, key, nonce } = this.#scheme;
    const options = { authTagLength: tagBytes };
    const cipher = createCipheriv(cipherName as 'aes-256-gcm', key, nonce(this.#chunks), options);
    cipher.setAAD(associated);
    return cipher;
  }
}
