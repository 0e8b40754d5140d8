import { createDecipheriv, type DecipherGCM } from 'node:crypto';
import { Failure, freeMemory } from '@backup-maker/model';
import { type AeadScheme, tagBytes } from './aead-scheme.ts';
import type { BodyDecryptor } from './cipher.ts';

/** The tag of the last chunk and the final tag: only the end of the stream tells that they are tags. */
const heldBytes = 2 * tagBytes;

/** Decrypts chunk by chunk; of each, nothing is given before its tag has been checked. Holds one chunk, in the same memory. */
export class AeadDecryptor implements BodyDecryptor {
  readonly #scheme: AeadScheme;
  #held: Buffer = Buffer.alloc(0);
  #decipher: DecipherGCM | undefined;
  /** Its first `#filled` bytes are decrypted, not authenticated yet. */
  readonly #chunk: Buffer;
  #filled = 0;
  #left = 0;
  #tag: Buffer = Buffer.alloc(0);
  #chunks = 0;
  #totalBytes = 0;

  constructor(scheme: AeadScheme) {
    this.#scheme = scheme;
    this.#left = scheme.chunkBytes;
    this.#chunk = Buffer.allocUnsafeSlow(scheme.chunkBytes);
  }

  *update(encrypted: Buffer): Generator<Buffer, void, undefined> {
    const bytes = this.#held.length === 0 ? encrypted : Buffer.concat([this.#held, encrypted]);
    const ready = Math.max(0, bytes.length - heldBytes);
    this.#held = Buffer.from(bytes.subarray(ready));
    for (let offset = 0; offset < ready; ) {
      const wanted = this.#left > 0 ? this.#left : tagBytes - this.#tag.length;
      const piece = bytes.subarray(offset, Math.min(ready, offset + wanted));
      offset += piece.length;
      if (this.#left > 0) {
        this.#decrypt(piece);
      } else {
        this.#tag = Buffer.concat([this.#tag, piece]);
      }
      if (this.#tag.length === tagBytes) {
        yield this.#release(this.#tag);
      }
    }
    if (bytes !== encrypted) {
      freeMemory(bytes);
    }
  }

  *final(): Generator<Buffer, void, undefined> {
    const tags = Buffer.concat([this.#tag, this.#held]);
    if (tags.length !== heldBytes) {
      throw damaged();
    }
    yield this.#release(tags.subarray(0, tagBytes));
    const last = this.#createDecipher(this.#scheme.finalData(this.#chunks, this.#totalBytes));
    authenticate(last, tags.subarray(tagBytes));
  }

  #decrypt(piece: Buffer): void {
    this.#decipher ??= this.#createDecipher(this.#scheme.chunkData(this.#chunks));
    this.#keep(this.#decipher.update(piece));
    this.#left -= piece.length;
    this.#totalBytes += piece.length;
  }

  #keep(plain: Buffer): void {
    this.#chunk.set(plain, this.#filled);
    this.#filled += plain.length;
    freeMemory(plain);
  }

  #release(tag: Buffer): Buffer {
    if (this.#decipher === undefined) {
      throw damaged();
    }
    this.#keep(authenticate(this.#decipher, tag));
    const plain = this.#chunk.subarray(0, this.#filled);
    this.#decipher = undefined;
    this.#filled = 0;
    this.#left = this.#scheme.chunkBytes;
    this.#tag = Buffer.alloc(0);
    this.#chunks += 1;
    return plain;
  }

  #createDecipher(associated: Buffer): DecipherGCM {
    const { cipherName, key, nonce } = this.#scheme;
    const options = { authTagLength: tagBytes };
    const decipher = createDecipheriv(cipherName as 'aes-256-gcm', key, nonce(this.#chunks), options);
    decipher.setAAD(associated);
    return decipher;
  }
}

/** Check the tag; gives the last bytes, which OCB holds back where they fill no block. */
function authenticate(decipher: DecipherGCM, tag: Buffer): Buffer {
  try {
    decipher.setAuthTag(tag);
    return decipher.final();
  } catch (cause) {
    throw damaged(cause);
  }
}

function damaged(cause?: unknown): Failure {
  return new Failure(
    'integrity',
    'the message is damaged: the integrity check of a part of it does not match',
    {
      cause,
    },
  );
}
