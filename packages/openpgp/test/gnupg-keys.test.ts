import { Secret } from '@backup-maker/model';
import { createGnupg, hasPrograms } from '@backup-maker/testing';
import { describe, expect, it } from 'vitest';
import { generateKey, type KeyKind, publicKeyOf, readPrivateKeys, readPublicKeys } from '../src/index.ts';

const passphrase = new Secret('correct horse');

describe.skipIf(!hasPrograms('gpg'))('keys and GnuPG', () => {
  it.each<[KeyKind, Secret | undefined]>([
    ['curve25519', undefined],
    ['curve25519', passphrase],
    ['rsa3072', passphrase],
  ])('imports a generated %s key (passphrase: %s) and decrypts with it', async (kind, passphrase) => {
    await using gpg = await createGnupg();
    const key = await generateKey({ name: 'Backups', email: 'backups@example.org', kind, passphrase });
    await gpg.run(['--import'], key.publicKeyArmored);
    const message = await gpg.run(['--encrypt', '-r', key.fingerprint], 'dump');
    const unlock = passphrase === undefined ? [] : ['--passphrase', passphrase.reveal()];
    await gpg.run(['--import', ...unlock], key.privateKeyArmored.reveal());
    expect(await gpg.run(['--decrypt', ...unlock], message)).toEqual(Buffer.from('dump'));
  });

  it.each([['--armor'], ['--no-armor']])('reads keys that gpg exported with %s', async (format) => {
    await using gpg = await createGnupg();
    const secret = ['--passphrase', passphrase.reveal()];
    await gpg.run([
      ...secret,
      '--quick-generate-key',
      'Ann <ann@example.org>',
      'default',
      'default',
      'never',
    ]);
    const [publicKey] = await readPublicKeys(await gpg.run([format, '--export']));
    const exported = await gpg.run([format, ...secret, '--export-secret-keys']);
    const [privateKey] = await readPrivateKeys(exported, { passphrase });
    expect(publicKey?.userIds).toEqual(['Ann <ann@example.org>']);
    expect(privateKey && publicKeyOf(privateKey).fingerprint).toBe(publicKey?.fingerprint);
    await expect(readPrivateKeys(exported, { passphrase: new Secret('wrong') })).rejects.toMatchObject({
      code: 'encryption',
      message: expect.stringContaining('does not unlock'),
    });
    await expect(readPrivateKeys(exported)).rejects.toMatchObject({ code: 'encryption' });
  });
});
