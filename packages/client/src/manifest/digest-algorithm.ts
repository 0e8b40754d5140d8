import { createCipheriv, createHash } from 'node:crypto';
import type { SessionKey } from '@backup-maker/openpgp';

/** The digest of one part, which comes piece by piece. */
export interface PartDigest {
  update(piece: Uint8Array): void;
  digest(): Buffer;
}

/** How the parts of an encrypted stream are digested. */
export interface DigestAlgorithm {
  readonly name: DigestAlgorithmName;
  readonly digestBytes: number;
  /** Begin with the part number `index`, from 0. */
  readonly begin: (index: number) => PartDigest;
}

export type DigestAlgorithmName = 'AES-256-GMAC' | 'SHA-256';

/**
 * SHA-256 is for what is signed: nobody finds another part with the same digest, not even who knows the session key.
 * Against everybody else AES-256-GMAC is as good, at a tenth of the time.
 */
export function digestAlgorithm(name: DigestAlgorithmName, sessionKey: SessionKey): DigestAlgorithm {
  if (name === 'SHA-256') {
    return { name, digestBytes: 32, begin: beginSha256 };
  }
  const key = sessionKey.derive('backup-maker parts 1', 32);
  return { name, digestBytes: gmacBytes, begin: (index) => beginGmac(key, index) };
}

/** OpenSSL takes less than 2 GiB at once. Parts have that size from 1.9 TiB on. */
const bytesAtOnce = 2 ** 30;

function updateInSlices(piece: Uint8Array, update: (slice: Uint8Array) => void): void {
  for (let offset = 0; offset < piece.length; offset += bytesAtOnce) {
    update(piece.subarray(offset, offset + bytesAtOnce));
  }
}

function beginSha256(): PartDigest {
  const hash = createHash('sha256');
  return {
    update: (piece) => updateInSlices(piece, (slice) => hash.update(slice)),
    digest: () => hash.digest(),
  };
}

const gmacBytes = 16;

/**
 * GCM with nothing to encrypt, the part as its additional data (NIST SP 800-38D, 3). Two parts under one key must not
 * have the same nonce (8.2.1): the key is that of one message, the nonce the part's number in it.
 */
function beginGmac(key: Buffer, index: number): PartDigest {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(index, 6, 6);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: gmacBytes });
  return {
    update: (piece) => updateInSlices(piece, (slice) => cipher.setAAD(slice)),
    digest: () => {
      cipher.final();
      return cipher.getAuthTag();
    },
  };
}
