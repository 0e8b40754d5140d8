import { hkdfSync } from 'node:crypto';
import { Failure } from '@backup-maker/model';
import type { EncryptionHeader } from '../message/encryption-header.ts';
import { encodeTag } from '../packet/header.ts';
import { packetTag } from '../packet/tag.ts';
import { symmetricCipher } from './symmetric.ts';

export const aeadModes = ['gcm', 'ocb'] as const;
export type AeadMode = (typeof aeadModes)[number];

/** Numbers of RFC 9580 section 9.6. EAX, number 1, is not in OpenSSL. */
export const aeadModeIds: Readonly<Record<AeadMode, number>> = { ocb: 2, gcm: 3 };
const nonceBytesOf: Readonly<Record<AeadMode, number>> = { ocb: 15, gcm: 12 };

export const tagBytes = 16;
const counterBytes = 8;

/** How the chunks of one encrypted-data packet are encrypted: all that depends on the kind of packet. */
export interface AeadScheme {
  /** OpenSSL's name of cipher and mode. */
  readonly cipherName: 'aes-256-gcm' | 'aes-256-ocb';
  readonly key: Buffer;
  readonly chunkBytes: number;
  nonce(index: number): Buffer;
  /** What is authenticated beside chunk `index`. */
  chunkData(index: number): Buffer;
  /** What is authenticated at the end, after `chunks` chunks with `totalBytes` bytes of plain text. */
  finalData(chunks: number, totalBytes: number): Buffer;
}

type AeadHeader = Exclude<EncryptionHeader, { readonly kind: 'mdc' }>;

/** @throws Failure `encryption` for a mode or cipher that OpenSSL does not have */
export function aeadScheme(header: AeadHeader, sessionKey: Uint8Array): AeadScheme {
  const mode = aeadModes.find((candidate) => aeadModeIds[candidate] === header.modeId);
  const { name, aead, keyBytes } = symmetricCipher(header.cipherId);
  if (mode === undefined || !aead) {
    throw new Failure(
      'encryption',
      `the message is encrypted with AEAD mode ${header.modeId} and cipher ${header.cipherId}, which is not supported`,
    );
  }
  if (sessionKey.length !== keyBytes) {
    throw new Failure('integrity', 'the session key of the message has the wrong length');
  }
  const common = {
    // The type of `createCipheriv` knows the names one by one; all six are allowed.
    cipherName: `${name}-${mode}` as AeadScheme['cipherName'],
    chunkBytes: 2 ** (header.chunkSizeOctet + 6),
  };
  return header.kind === 'aead'
    ? { ...common, ...version2(header, { sessionKey, keyBytes, nonceBytes: nonceBytesOf[mode] }) }
    : { ...common, ...librePgp(header, sessionKey) };
}

/** RFC 9580 section 5.13.2. */
function version2(
  header: AeadHeader,
  sizes: { readonly sessionKey: Uint8Array; readonly keyBytes: number; readonly nonceBytes: number },
): Pick<AeadScheme, 'key' | 'nonce' | 'chunkData' | 'finalData'> {
  const { sessionKey, keyBytes, nonceBytes } = sizes;
  const info = Buffer.of(
    encodeTag(packetTag.integrityProtectedData),
    2,
    header.cipherId,
    header.modeId,
    header.chunkSizeOctet,
  );
  const prefixBytes = nonceBytes - counterBytes;
  const derived = Buffer.from(hkdfSync('sha256', sessionKey, header.random, info, keyBytes + prefixBytes));
  const prefix = derived.subarray(keyBytes);
  return {
    key: derived.subarray(0, keyBytes),
    nonce: (index) => Buffer.concat([prefix, counter(index)]),
    chunkData: () => info,
    finalData: (_chunks, totalBytes) => Buffer.concat([info, counter(totalBytes)]),
  };
}

/** The packet of GnuPG 2.3 and newer (draft-koch-librepgp, section 5.16). */
function librePgp(
  header: AeadHeader,
  sessionKey: Uint8Array,
): Pick<AeadScheme, 'key' | 'nonce' | 'chunkData' | 'finalData'> {
  const info = Buffer.of(
    encodeTag(packetTag.aeadEncryptedData),
    1,
    header.cipherId,
    header.modeId,
    header.chunkSizeOctet,
  );
  return {
    key: Buffer.from(sessionKey),
    nonce: (index) => withCounter(header.random, index),
    chunkData: (index) => Buffer.concat([info, counter(index)]),
    finalData: (chunks, totalBytes) => Buffer.concat([info, counter(chunks), counter(totalBytes)]),
  };
}

function counter(value: number): Buffer {
  const octets = Buffer.alloc(counterBytes);
  octets.writeBigUInt64BE(BigInt(value));
  return octets;
}

/** The starting nonce with the chunk's number added (exclusive or) to its last eight bytes. */
function withCounter(start: Buffer, index: number): Buffer {
  const nonce = Buffer.from(start);
  const offset = nonce.length - counterBytes;
  nonce.writeBigUInt64BE(nonce.readBigUInt64BE(offset) ^ BigInt(index), offset);
  return nonce;
}
