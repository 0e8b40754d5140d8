import { Failure } from '@backup-maker/model';

/** A symmetric cipher by its OpenPGP number (RFC 9580 section 9.3). */
export interface SymmetricCipher {
  readonly id: number;
  readonly keyBytes: number;
  readonly blockBytes: number;
  /** OpenSSL's name without the mode. */
  readonly name: string;
  /** Whether it may be used with AEAD. */
  readonly aead: boolean;
}

const ciphers: readonly SymmetricCipher[] = [
  { id: 2, keyBytes: 24, blockBytes: 8, name: 'des-ede3', aead: false },
  { id: 7, keyBytes: 16, blockBytes: 16, name: 'aes-128', aead: true },
  { id: 8, keyBytes: 24, blockBytes: 16, name: 'aes-192', aead: true },
  { id: 9, keyBytes: 32, blockBytes: 16, name: 'aes-256', aead: true },
  { id: 11, keyBytes: 16, blockBytes: 16, name: 'camellia-128', aead: false },
  { id: 12, keyBytes: 24, blockBytes: 16, name: 'camellia-192', aead: false },
  { id: 13, keyBytes: 32, blockBytes: 16, name: 'camellia-256', aead: false },
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
