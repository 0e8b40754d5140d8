import type { Key, PrivateKey as OpenPgpPrivateKey, PublicKey as OpenPgpPublicKey } from 'openpgp';

/** A key to encrypt to. `openpgp` is the library's own object and stays inside this package. */
export class PublicKey {
  readonly openpgp: OpenPgpPublicKey;

  constructor(openpgp: OpenPgpPublicKey) {
    this.openpgp = openpgp;
  }

  /** Upper-case hex, 40 digits for a version 4 key. */
  get fingerprint(): string {
    return fingerprintOf(this.openpgp);
  }

  /** The ids (16 upper-case hex digits) of the primary key and its subkeys. */
  get keyIds(): readonly string[] {
    return keyIdsOf(this.openpgp);
  }

  /** As `Name <address>`. */
  get userIds(): readonly string[] {
    return this.openpgp.getUserIDs();
  }

  armored(): string {
    return this.openpgp.toPublic().armor();
  }
}

/** A private key whose passphrase, if it had one, has been given. */
export class PrivateKey {
  readonly openpgp: OpenPgpPrivateKey;

  constructor(openpgp: OpenPgpPrivateKey) {
    this.openpgp = openpgp;
  }

  get fingerprint(): string {
    return fingerprintOf(this.openpgp);
  }

  get keyIds(): readonly string[] {
    return keyIdsOf(this.openpgp);
  }
}

/** The public half of a private key. */
export function publicKeyOf(key: PrivateKey): PublicKey {
  return new PublicKey(key.openpgp.toPublic());
}

function fingerprintOf(key: Key): string {
  return key.getFingerprint().toUpperCase();
}

function keyIdsOf(key: Key): readonly string[] {
  return key.getKeys().map((part) => part.getKeyID().toHex().toUpperCase());
}
