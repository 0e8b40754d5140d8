import { Failure } from '@backup-maker/model';
import { packetTag } from '../packet/tag.ts';

/**
 * What stands in clear text at the beginning of an encrypted-data packet:
 * - `mdc`: version 1, CFB with a hash at the end (RFC 9580 section 5.13.1)
 * - `aead`: version 2, chunks of authenticated encryption (section 5.13.2)
 * - `librepgp-aead`: the packet of GnuPG 2.3 and newer
 */
export type EncryptionHeader =
  | { readonly kind: 'mdc' }
  | {
      readonly kind: 'aead' | 'librepgp-aead';
      readonly cipherId: number;
      readonly modeId: number;
      /** The exponent octet: a chunk has `2 ** (chunkSizeOctet + 6)` bytes. */
      readonly chunkSizeOctet: number;
      /** The salt of `aead` (32 bytes), the nonce of `librepgp-aead` (15 or 16). */
      readonly random: Buffer;
    };

/** Chunks above 4 MiB would have to be held in memory whole; nobody writes them (RFC 9580 section 5.13.2). */
const maxChunkSizeOctet = 16;

/** Bytes of the nonce that a LibrePGP packet carries for each AEAD mode (EAX, OCB). */
const librePgpNonceBytes: Readonly<Record<number, number>> = { 1: 16, 2: 15 };

/** Read the header of an encrypted-data packet; undefined while `body` is too short (37 bytes are always enough). */
export function parseEncryptionHeader(
  tag: number,
  body: Buffer,
): { readonly header: EncryptionHeader; readonly bytes: number } | undefined {
  const version = body[0];
  if (version === undefined) {
    return undefined;
  }
  if (tag === packetTag.integrityProtectedData && version === 1) {
    return { header: { kind: 'mdc' }, bytes: 1 };
  }
  if (tag === packetTag.integrityProtectedData && version === 2) {
    return parseAead('aead', body, () => 32);
  }
  if (tag === packetTag.aeadEncryptedData && version === 1) {
    return parseAead('librepgp-aead', body, (modeId) => librePgpNonceBytes[modeId]);
  }
  throw new Failure('not-openpgp', `version ${version} of the encrypted-data packet is not known`);
}

function parseAead(
  kind: 'aead' | 'librepgp-aead',
  body: Buffer,
  randomBytes: (modeId: number) => number | undefined,
): { readonly header: EncryptionHeader; readonly bytes: number } | undefined {
  const [, cipherId, modeId, chunkSizeOctet] = body;
  if (cipherId === undefined || modeId === undefined || chunkSizeOctet === undefined) {
    return undefined;
  }
  const size = randomBytes(modeId);
  if (size === undefined || chunkSizeOctet > maxChunkSizeOctet) {
    throw new Failure('not-openpgp', 'the parameters of the encrypted-data packet are not allowed');
  }
  if (body.length < 4 + size) {
    return undefined;
  }
  const random = Buffer.from(body.subarray(4, 4 + size));
  return { header: { kind, cipherId, modeId, chunkSizeOctet, random }, bytes: 4 + size };
}
