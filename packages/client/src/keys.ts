import { Failure } from '@backup-maker/model';
import {
  encrypt,
  type PrivateKey,
  type PublicKey,
  readPrivateKeys,
  readPublicKeys,
} from '@backup-maker/openpgp';
import type { Input, SecretSource } from './input.ts';
import { readBounded, readSecret } from './secret-file.ts';

const maxKeyFileBytes = 1024 * 1024;

export interface RecipientSettings {
  readonly keyPaths: readonly string[];
  /** Fingerprints, key ids, e-mail addresses or parts of names; empty means every key in `keyPaths`. */
  readonly recipients: readonly string[];
  /** Every key in them is a recipient besides. */
  readonly additionalKeyPaths: readonly string[];
}

export interface PrivateKeySettings {
  readonly path: string;
  readonly passphrase: SecretSource | undefined;
}

export function parseRecipients(input: Input): RecipientSettings {
  return {
    keyPaths: input.texts('key', 'BM_PUBLIC_KEY_PATH'),
    recipients: input.texts('recipient', 'BM_RECIPIENT', /[,\s]+/),
    additionalKeyPaths: input.texts(undefined, 'BM_ADDITIONAL_KEY_PATHS', ':'),
  };
}

export function parsePrivateKey(input: Input): PrivateKeySettings | undefined {
  const path = input.text('privateKey', 'BM_PRIVATE_KEY_PATH');
  return path === undefined ? undefined : { path, passphrase: input.secret('passphrase', 'BM_PASSPHRASE') };
}

/** The key that signs manifests; its passphrase comes from the environment only. */
export function parseSignKey(input: Input): PrivateKeySettings | undefined {
  const path = input.text('signKey', 'BM_SIGN_KEY_PATH');
  return path === undefined ? undefined : { path, passphrase: input.secret(undefined, 'BM_SIGN_PASSPHRASE') };
}

/**
 * The keys to encrypt to; none where no key file is given.
 * @throws Failure `encryption` where a file holds no key, a recipient is not among the keys, or a key can't be
 *   encrypted to
 */
export async function loadRecipients(settings: RecipientSettings): Promise<readonly PublicKey[]> {
  const keys = await loadPublicKeys(settings.keyPaths);
  if (keys.length === 0 && settings.recipients.length > 0) {
    throw new Failure(
      'invalid-input',
      'a recipient needs its public key: give --key or the variable BM_PUBLIC_KEY_PATH',
    );
  }
  const chosen =
    settings.recipients.length === 0 ? keys : settings.recipients.flatMap((wanted) => select(keys, wanted));
  const all = [...chosen, ...(await loadPublicKeys(settings.additionalKeyPaths))];
  const recipients = [...new Map(all.map((key) => [key.fingerprint, key])).values()];
  if (recipients.length > 0) {
    await insistOnEncryption(recipients);
  }
  return recipients;
}

/** Encrypting nothing finds keys that are expired, revoked, or for signatures only, before a command runs for them. */
async function insistOnEncryption(recipients: readonly PublicKey[]): Promise<void> {
  for await (const _piece of encrypt(nothing(), { recipients })) {
    // only whether it works
  }
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}

/** Keys that a manifest must be signed by, or none where that is not asked for. */
export async function loadVerificationKeys(path: string | undefined): Promise<readonly PublicKey[]> {
  return path === undefined ? [] : loadPublicKeys([path]);
}

export async function loadPrivateKeys(settings: PrivateKeySettings): Promise<readonly PrivateKey[]> {
  const passphrase = settings.passphrase === undefined ? undefined : await readSecret(settings.passphrase);
  const content = await readBounded(settings.path, maxKeyFileBytes);
  return about(settings.path, () => readPrivateKeys(content, { passphrase }));
}

async function loadPublicKeys(paths: readonly string[]): Promise<readonly PublicKey[]> {
  const files = paths.map(async (path) => {
    const content = await readBounded(path, maxKeyFileBytes);
    return about(path, () => readPublicKeys(content));
  });
  return (await Promise.all(files)).flat();
}

async function about<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    throw new Failure('encryption', `${path}: ${reason}`, { cause: error });
  }
}

function select(keys: readonly PublicKey[], wanted: string): readonly PublicKey[] {
  const id = wanted.replace(/^0x/i, '').replaceAll(' ', '').toUpperCase();
  const text = wanted.toLowerCase();
  const found = keys.filter(
    (key) =>
      (/^[0-9A-F]{8,}$/.test(id) && [key.fingerprint, ...key.keyIds].some((known) => known.endsWith(id))) ||
      key.userIds.some((userId) => matchesUser(userId.toLowerCase(), text)),
  );
  if (found.length === 0) {
    throw new Failure('encryption', `none of the keys given belongs to the recipient ${wanted}`);
  }
  return found;
}

/** An address must match whole, as `shop@a.pl` is not `myshop@a.pl`; a name may match in part, as with gpg. */
function matchesUser(userId: string, wanted: string): boolean {
  const address = /<([^>]*)>\s*$/.exec(userId)?.[1] ?? userId;
  return wanted.includes('@') ? address === wanted : userId.includes(wanted);
}
