import { randomBytes } from 'node:crypto';

export const testKeyId = '0123456789ABCDEF';

export interface MessageOptions {
  /** Of the encrypted part; random bytes, which is what encrypted data looks like. */
  readonly bodyBytes: number;
  readonly keyId?: string;
}

/** A well-formed encrypted OpenPGP message (RFC 9580): a session key for a recipient, then encrypted data. */
export function openPgpMessage({ bodyBytes, keyId = testKeyId }: MessageOptions): Buffer {
  const sessionKey = Buffer.concat([
    Buffer.from([3]),
    Buffer.from(keyId, 'hex'),
    Buffer.from([1, 0, 8, 0xff]), // RSA, one number of 8 bits
  ]);
  return Buffer.concat([
    packet(1, sessionKey),
    packet(18, Buffer.concat([Buffer.from([1]), randomBytes(bodyBytes)])),
  ]);
}

/** A packet with a new-format header and a five-octet length (RFC 9580, 4.2.1). */
export function packet(tag: number, body: Buffer): Buffer {
  const header = Buffer.from([0xc0 | tag, 0xff, 0, 0, 0, 0]);
  header.writeUInt32BE(body.length, 2);
  return Buffer.concat([header, body]);
}
