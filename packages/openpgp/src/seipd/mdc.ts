import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Failure, freeMemory } from '@backup-maker/model';
import { encodeTag } from '../packet/header.ts';
import { packetTag } from '../packet/tag.ts';
import { CfbDecryptor } from './cfb-decryptor.ts';
import { CfbEncryptor } from './cfb-encryptor.ts';
import type { BodyDecryptor, BodyEncryptor } from './cipher.ts';
import type { SymmetricCipher } from './symmetric.ts';

const version = 1;
const hashBytes = 20;
/** The header of the modification-detection packet, which is hashed too (RFC 9580 section 5.13.1). */
const mdcHeader = Buffer.of(encodeTag(packetTag.modificationDetection), hashBytes);
const mdcBytes = mdcHeader.length + hashBytes;

/** Version 1 of the packet: CFB over a random prefix, the data, and a SHA-1 of both. Every OpenPGP program reads it. */
export class MdcEncryptor implements BodyEncryptor {
  readonly #encryptor: CfbEncryptor;
  readonly #blockBytes: number;
  readonly #hash = createHash('sha1');

  constructor({ cipher, key }: { readonly cipher: SymmetricCipher; readonly key: Uint8Array }) {
    this.#blockBytes = cipher.blockBytes;
    this.#encryptor = new CfbEncryptor(cipher, key);
  }

  *start(): Generator<Buffer, void, undefined> {
    const random = randomBytes(this.#blockBytes);
    // Two octets are repeated so that a wrong key shows at once; see `#withoutPrefix` for why we do not look.
    const prefix = Buffer.concat([random, random.subarray(-2)]);
    yield Buffer.of(version);
    yield* this.update(prefix);
  }

  *update(plain: Buffer): Generator<Buffer, void, undefined> {
    this.#hash.update(plain);
    yield* this.#encryptor.update(plain);
  }

  *final(): Generator<Buffer, void, undefined> {
    const digest = this.#hash.update(mdcHeader).digest();
    yield* this.#encryptor.update(mdcHeader);
    yield* this.#encryptor.update(digest);
  }
}

/** The way back. The last 22 bytes and more are held: only the end of the stream tells that they are the hash. */
export class MdcDecryptor implements BodyDecryptor {
  readonly #decryptor: CfbDecryptor;
  readonly #hash = createHash('sha1');
  readonly #blockBytes: number;
  #prefixLeft: number;
  #held: Buffer = Buffer.alloc(0);

  constructor(options: { readonly cipher: SymmetricCipher; readonly key: Uint8Array }) {
    const { cipher, key } = options;
    this.#blockBytes = cipher.blockBytes;
    this.#prefixLeft = cipher.blockBytes + 2;
    this.#decryptor = new CfbDecryptor(cipher, key);
  }

  *update(encrypted: Buffer): Generator<Buffer, void, undefined> {
    const bytes = this.#held.length === 0 ? encrypted : Buffer.concat([this.#held, encrypted]);
    const blocks = Math.max(0, Math.floor((bytes.length - mdcBytes) / this.#blockBytes));
    const ready = blocks * this.#blockBytes;
    this.#held = Buffer.from(bytes.subarray(ready));
    for (const plain of this.#decryptor.update(bytes.subarray(0, ready))) {
      this.#hash.update(plain);
      yield* this.#withoutPrefix(plain);
    }
    if (bytes !== encrypted) {
      freeMemory(bytes);
    }
  }

  *final(): Generator<Buffer, void, undefined> {
    const last = this.#decryptor.final(this.#held);
    const mdc = last.subarray(-mdcBytes);
    const plain = last.subarray(0, -mdcBytes);
    this.#hash.update(plain);
    const rest = [...this.#withoutPrefix(plain)];
    const digest = this.#hash.update(mdcHeader).digest();
    const expected = Buffer.concat([mdcHeader, digest]);
    if (this.#prefixLeft > 0 || mdc.length !== expected.length || !timingSafeEqual(mdc, expected)) {
      throw new Failure(
        'integrity',
        'the message is damaged: its integrity check (MDC) does not match, so nothing of it may be used',
      );
    }
    yield* rest;
  }

  /**
   * The prefix is skipped, not compared: telling whether its repeated octets match before the MDC has been
   * checked is an oracle that gives away plain text (RFC 9580 section 13.4).
   */
  *#withoutPrefix(plain: Buffer): Generator<Buffer, void, undefined> {
    const skipped = Math.min(this.#prefixLeft, plain.length);
    this.#prefixLeft -= skipped;
    if (skipped < plain.length) {
      yield plain.subarray(skipped);
    }
  }
}
