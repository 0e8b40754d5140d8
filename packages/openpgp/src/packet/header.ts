import { Failure } from '@backup-maker/model';
import { mayBePartial } from './tag.ts';

/** How a run of body bytes is bounded: by a length, or by the end of whatever contains the packet. */
export interface BodyLength {
  readonly length: number;
  /** Another length follows this run. */
  readonly partial: boolean;
}

export interface PacketHeader extends BodyLength {
  readonly tag: number;
}

/** The first run of a partial body is never shorter (RFC 9580 section 4.2.1.4). */
const minFirstPartialBytes = 512;

/**
 * Read a packet header (RFC 9580 section 4.2). Undefined while `bytes` are too few; six are always enough.
 * An indeterminate length (old format only) is Infinity.
 */
export function parseHeader(bytes: readonly number[]): PacketHeader | undefined {
  const [first] = bytes;
  if (first === undefined) {
    return undefined;
  }
  if ((first & 0x80) === 0) {
    throw new Failure('not-openpgp', 'the data is not an OpenPGP packet: its first bit is not set');
  }
  const newFormat = (first & 0x40) !== 0;
  const tag = newFormat ? first & 0x3f : (first & 0x3c) >> 2;
  const body = newFormat ? parseLength(bytes.slice(1)) : parseOldLength(first & 0x03, bytes.slice(1));
  if (body === undefined) {
    return undefined;
  }
  if (body.partial && (!mayBePartial(tag) || body.length < minFirstPartialBytes)) {
    throw new Failure(
      'not-openpgp',
      `a packet of type ${tag} begins with a partial length that is not allowed`,
    );
  }
  return { tag, ...body };
}

/** Read a new-format length (RFC 9580 section 4.2.1). Undefined while `bytes` are too few; five are always enough. */
export function parseLength(bytes: readonly number[]): BodyLength | undefined {
  const [first, second] = bytes;
  if (first === undefined) {
    return undefined;
  }
  if (first < 192) {
    return { length: first, partial: false };
  }
  if (first < 224) {
    return second === undefined ? undefined : { length: ((first - 192) << 8) + second + 192, partial: false };
  }
  if (first < 255) {
    return { length: 2 ** (first & 0x1f), partial: true };
  }
  return parseNumber(bytes.slice(1), 4);
}

function parseOldLength(lengthType: number, bytes: readonly number[]): BodyLength | undefined {
  return lengthType === 3 ? { length: Infinity, partial: false } : parseNumber(bytes, 2 ** lengthType);
}

function parseNumber(bytes: readonly number[], size: number): BodyLength | undefined {
  if (bytes.length < size) {
    return undefined;
  }
  return { length: bytes.slice(0, size).reduce((sum, byte) => sum * 256 + byte, 0), partial: false };
}

/** The octets of a final (not partial) new-format length, `length` below 4 GiB. */
export function encodeLength(length: number): Buffer {
  if (length < 192) {
    return Buffer.of(length);
  }
  if (length < 8384) {
    return Buffer.of(((length - 192) >> 8) + 192, (length - 192) & 0xff);
  }
  const octets = Buffer.alloc(5, 0xff);
  octets.writeUInt32BE(length, 1);
  return octets;
}

/** The octet of a partial length of `2 ** power` bytes. */
export function encodePartialLength(power: number): number {
  return 0xe0 | power;
}

/** The first octet of a new-format packet. */
export function encodeTag(tag: number): number {
  return 0xc0 | tag;
}
