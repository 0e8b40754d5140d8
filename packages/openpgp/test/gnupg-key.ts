import type { Gnupg } from '@backup-maker/testing';

export interface GnupgKeyOptions {
  /** As `quick-generate-key` and `quick-add-key` take them. */
  readonly primary: string;
  readonly subkey: string;
  /** Empty: the key is not locked. */
  readonly passphrase: string;
}

/** Make a key in GnuPG's ring, for `<name>@example.org`: the primary one signs, the subkey encrypts. */
export async function makeGnupgKey(
  gpg: Gnupg,
  name: string,
  { primary, subkey, passphrase }: GnupgKeyOptions,
): Promise<void> {
  const unlock = ['--passphrase', passphrase];
  await gpg.run([...unlock, '--quick-generate-key', `${name}@example.org`, primary, 'cert,sign', 'never']);
  const listed = String(await gpg.run(['--with-colons', '--list-keys']));
  const fingerprint = /^fpr:+([0-9A-F]+)/m.exec(listed)?.[1] ?? '';
  await gpg.run([...unlock, '--quick-add-key', fingerprint, subkey, 'encr', 'never']);
}
