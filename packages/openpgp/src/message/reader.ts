import { Failure } from '@backup-maker/model';
import { ArmorDecoder } from '../armor/decoder.ts';
import { type PacketEvent, PacketReader } from '../packet/reader.ts';
import { packetTag } from '../packet/tag.ts';
import { type EncryptionHeader, parseEncryptionHeader } from './encryption-header.ts';

export type MessageEvent =
  | { readonly type: 'session-key'; readonly tag: number; readonly body: Buffer }
  | { readonly type: 'encrypted'; readonly header: EncryptionHeader }
  | { readonly type: 'data'; readonly bytes: Buffer };

/** A session key for an RSA key of 16 Kibit has 2 KiB, one for a post-quantum key less than 4 KiB. */
const maxSessionKeyBytes = 8 * 1024;
/** Each recipient costs a private-key operation when it is tried, so their number is bounded. */
const maxPacketsBeforeData = 256;
/** Prefix and MDC of version 1 (RFC 9580 section 5.13.1), one tag of an AEAD mode: no message is shorter. */
const minDataBytes: Readonly<Record<EncryptionHeader['kind'], number>> = {
  mdc: 18 + 22,
  aead: 16,
  'librepgp-aead': 16,
};

const leadingTags: ReadonlySet<number> = new Set([
  packetTag.publicKeyEncryptedSessionKey,
  packetTag.symmetricKeyEncryptedSessionKey,
  packetTag.marker,
  packetTag.padding,
]);
const encryptedTags: ReadonlySet<number> = new Set([
  packetTag.integrityProtectedData,
  packetTag.aeadEncryptedData,
]);

/**
 * Reads an encrypted message, armored or binary, as it arrives: session-key packets, then one encrypted-data
 * packet that ends exactly where the stream ends (the grammar of RFC 9580 section 10.3). Anything else fails
 * with `not-openpgp`. Memory stays constant: data bytes are views of the chunks.
 */
export class MessageReader {
  readonly #packets = new PacketReader();
  #armor: ArmorDecoder | undefined;
  #started = false;
  #tag: number | undefined;
  #header: EncryptionHeader | undefined;
  #held: Buffer = Buffer.alloc(0);
  #leading = 0;
  #dataBytes = 0;
  #complete = false;

  /** Known after the first byte. */
  get armored(): boolean {
    return this.#armor !== undefined;
  }

  /** True once the encrypted-data packet has begun: the message is one, though it may still be cut off. */
  get recognized(): boolean {
    return this.#header !== undefined;
  }

  *push(chunk: Buffer): Generator<MessageEvent, void, undefined> {
    const [first] = chunk;
    if (first === undefined) {
      return;
    }
    if (!this.#started) {
      this.#started = true;
      this.#armor = (first & 0x80) === 0 ? new ArmorDecoder() : undefined;
    }
    if (this.#armor === undefined) {
      yield* this.#readPackets(this.#packets.push(chunk));
      return;
    }
    for (const bytes of this.#armor.push(chunk)) {
      yield* this.#readPackets(this.#packets.push(bytes));
    }
  }

  /** Tell that the stream is over; fails unless exactly one whole message was there. */
  *end(): Generator<MessageEvent, void, undefined> {
    for (const bytes of this.#armor?.end() ?? []) {
      yield* this.#readPackets(this.#packets.push(bytes));
    }
    yield* this.#readPackets(this.#packets.end());
    if (!this.#complete) {
      throw new Failure('not-openpgp', 'the data ends before the encrypted part of the OpenPGP message');
    }
  }

  *#readPackets(events: Iterable<PacketEvent>): Generator<MessageEvent, void, undefined> {
    for (const event of events) {
      switch (event.type) {
        case 'start':
          this.#start(event.tag);
          break;
        case 'body':
          yield* this.#body(event.bytes);
          break;
        case 'end':
          yield* this.#packetEnd();
          break;
        default:
          event satisfies never;
      }
    }
  }

  #start(tag: number): void {
    if (this.#complete) {
      throw new Failure('not-openpgp', 'something follows the end of the OpenPGP message');
    }
    if (tag === packetTag.symmetricallyEncryptedData) {
      throw new Failure(
        'not-openpgp',
        'the message has no integrity protection (an MDC); encrypt it with one',
      );
    }
    if (!leadingTags.has(tag) && !encryptedTags.has(tag)) {
      throw new Failure(
        'not-openpgp',
        `an encrypted message cannot hold a packet of type ${tag} at this place`,
      );
    }
    this.#leading += 1;
    if (this.#leading > maxPacketsBeforeData) {
      throw new Failure('not-openpgp', `more than ${maxPacketsBeforeData} packets before the encrypted data`);
    }
    this.#tag = tag;
    this.#held = Buffer.alloc(0);
  }

  *#body(bytes: Buffer): Generator<MessageEvent, void, undefined> {
    if (this.#header !== undefined) {
      this.#dataBytes += bytes.length;
      yield { type: 'data', bytes };
      return;
    }
    if (this.#tag !== undefined && encryptedTags.has(this.#tag)) {
      yield* this.#encryptionHeader(this.#tag, bytes);
      return;
    }
    if (this.#held.length + bytes.length > maxSessionKeyBytes) {
      throw new Failure('not-openpgp', 'a packet before the encrypted data is too large');
    }
    this.#held = Buffer.concat([this.#held, bytes]);
  }

  *#encryptionHeader(tag: number, bytes: Buffer): Generator<MessageEvent, void, undefined> {
    const body = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    const parsed = parseEncryptionHeader(tag, body);
    if (parsed === undefined) {
      this.#held = Buffer.from(body);
      return;
    }
    this.#header = parsed.header;
    yield { type: 'encrypted', header: parsed.header };
    if (body.length > parsed.bytes) {
      yield* this.#body(body.subarray(parsed.bytes));
    }
  }

  *#packetEnd(): Generator<MessageEvent, void, undefined> {
    const tag = this.#tag ?? 0;
    if (encryptedTags.has(tag)) {
      if (this.#header === undefined || this.#dataBytes < minDataBytes[this.#header.kind]) {
        throw new Failure('not-openpgp', 'the encrypted data are shorter than any message');
      }
      this.#complete = true;
    } else if (tag !== packetTag.marker && tag !== packetTag.padding) {
      yield { type: 'session-key', tag, body: this.#held };
    }
  }
}
