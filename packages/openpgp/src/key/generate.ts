import { Failure, Secret } from '@backup-maker/model';
import { loadOpenPgp } from './library.ts';
import { preferKnownAlgorithms } from './preferences.ts';

export const keyKinds = ['curve25519', 'rsa3072', 'rsa4096'] as const;
export type KeyKind = (typeof keyKinds)[number];

export interface GenerateKeyOptions {
  readonly name?: string;
  readonly email?: string;
  /** Locks the private key; without one it is stored as it is. */
  readonly passphrase?: Secret | undefined;
  readonly kind?: KeyKind;
  /** When the key was made; the system's time by default. */
  readonly date?: Date;
}

export interface GeneratedKey {
  readonly publicKeyArmored: string;
  readonly privateKeyArmored: Secret;
  readonly revocationCertificateArmored: string;
  /** Upper-case hex, 40 digits. */
  readonly fingerprint: string;
}

/**
 * The curves are the legacy ones of RFC 9580 section 9.2, in a version 4 key: GnuPG 2.2, still the most
 * common, imports no others.
 */
const algorithms = {
  curve25519: { type: 'ecc', curve: 'curve25519Legacy' },
  rsa3072: { type: 'rsa', rsaBits: 3072 },
  rsa4096: { type: 'rsa', rsaBits: 4096 },
} as const satisfies Record<KeyKind, object>;

/**
 * Make a key pair that every OpenPGP program imports: a primary key to sign, a subkey to encrypt.
 * @throws Failure `invalid-input` where neither a name nor an e-mail address is given, or one is malformed; where
 *   the passphrase is empty
 */
export async function generateKey(options: GenerateKeyOptions): Promise<GeneratedKey> {
  const { name, email, passphrase, kind = 'curve25519', date } = options;
  checkOptions(options);
  const openpgp = await loadOpenPgp();
  try {
    const { privateKey, revocationCertificate } = await openpgp.generateKey({
      ...algorithms[kind],
      userIDs: [{ ...(name ? { name } : {}), ...(email ? { email } : {}) }],
      ...(date === undefined ? {} : { date }),
      format: 'object',
    });
    await preferKnownAlgorithms(privateKey);
    // Locked only now, as a locked key signs nothing.
    const stored =
      passphrase === undefined
        ? privateKey
        : await openpgp.encryptKey({ privateKey, passphrase: passphrase.reveal() });
    return {
      publicKeyArmored: stored.toPublic().armor(),
      privateKeyArmored: new Secret(stored.armor()),
      revocationCertificateArmored: revocationCertificate,
      fingerprint: stored.getFingerprint().toUpperCase(),
    };
  } catch (cause) {
    throw new Failure('invalid-input', `cannot make a key for ${[name, email].filter(Boolean).join(' ')}`, {
      cause,
    });
  }
}

function checkOptions({ name, email, passphrase }: GenerateKeyOptions): void {
  if (!name && !email) {
    throw new Failure('invalid-input', 'a key needs a name or an e-mail address');
  }
  if ([name, email].some((text) => text !== undefined && !/^[^\p{Cc}<>()]*$/u.test(text))) {
    throw new Failure(
      'invalid-input',
      "a key's name and e-mail address hold no brackets and no control characters",
    );
  }
  // An empty file is a mistake; a key that nothing locks would hide it.
  if (passphrase?.reveal() === '') {
    throw new Failure('invalid-input', 'the passphrase is empty: give one, or none for a key without');
  }
}
