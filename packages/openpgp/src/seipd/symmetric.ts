import { Failure } from '@backup-maker/model';

/** A symmetric cipher by its OpenPGP number (RFC 9580 section 9.3), as OpenSSL names its CFB mode. */
export interface SymmetricCipher {
  readonly id: number;
  readonly keyBytes: number;
  readonly blockBytes: number;
  readonly cfb: string;
  /** OpenSSL's name without the mode, where the cipher may be used with AEAD. */
  readonly aes?: string;
}

const ciphers: readonly SymmetricCipher[] = [
  { id: 2, keyBytes: 24, blockBytes: 8, cfb: 'des-ede3-cfb' },
  { id: 7, keyBytes: 16, blockBytes: 16, cfb: 'aes-128-cfb', aes: 'aes-128' },
  { id: 8, keyBytes: 24, blockBytes: 16, cfb: 'aes-192-cfb', aes: 'aes-192' },
  { id: 9, keyBytes: 32, blockBytes: 16, cfb: 'aes-256-cfb', aes: 'aes-256' },
  { id: 11, keyBytes: 16, blockBytes: 16, cfb: 'camellia-128-cfb' },
  { id: 12, keyBytes: 24, blockBytes: 16, cfb: 'camellia-192-cfb' },
  { id: 13, keyBytes: 32, blockBytes: 16, cfb: 'camellia-256-cfb' },
];

export const aes256Id = 9;

/** @throws Failure `encryption` for a cipher that OpenSSL does not have (IDEA, CAST5, Blowfish, Twofish) */
export function symmetricCipher(id: number): SymmetricCipher {
  const cipher = ciphers.find((candidate) => candidate.id === id);
  if (cipher === undefined) {
    throw new Failure(
      'encryption',
      `the message is encrypted with cipher number ${id}, which is not supported`,
    );
  }
  return cipher;
}
