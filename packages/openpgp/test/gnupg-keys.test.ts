import { Secret } from '@backup-maker/model';
import { createGnupg, hasPrograms } from '@backup-maker/testing';
import { generateKey as generateKeyWithLibrary } from 'openpgp';
import { describe, expect, it } from 'vitest';
import {
  decrypt,
  generateKey,
  type KeyKind,
  publicKeyOf,
  readPrivateKeys,
  readPublicKeys,
} from '../src/index.ts';
import { preferKnownAlgorithms } from '../src/key/preferences.ts';
import { chunks, collect } from './streams.ts';

const passphrase = new Secret('correct horse');

describe.skipIf(!hasPrograms('gpg'))('keys and GnuPG', () => {
  it.each<[KeyKind, Secret | undefined]>([
    ['curve25519', undefined],
    ['curve25519', passphrase],
    ['rsa3072', passphrase],
  ])(
    'imports a generated %s key (passphrase: %s) without a warning and decrypts with it',
    async (kind, passphrase) => {
      await using gpg = await createGnupg();
      const key = await generateKey({ name: 'Backups', email: 'backups@example.org', kind, passphrase });
      const unlock = passphrase === undefined ? [] : ['--passphrase', passphrase.reveal()];
      const heard = [
        await gpg.run(['--logger-fd', '1', '--import'], key.publicKeyArmored),
        await gpg.run(['--logger-fd', '1', '--import', ...unlock], key.privateKeyArmored.reveal()),
      ].join('');
      expect(heard).toContain('secret key imported');
      expect(heard).not.toMatch(/warning|preference/i);
      const message = await gpg.run(['--encrypt', '-r', key.fingerprint], 'dump');
      expect(await gpg.run(['--decrypt', ...unlock], message)).toEqual(Buffer.from('dump'));
      const [ours] = await readPrivateKeys(Buffer.from(key.privateKeyArmored.reveal()), { passphrase });
      const decrypted = await collect(decrypt(chunks(message), { privateKeys: ours ? [ours] : [] }));
      expect(decrypted).toEqual(Buffer.from('dump'));
    },
  );

  it('shows of a generated key what it prefers and when it expires', async () => {
    await using gpg = await createGnupg();
    const { privateKey } = await generateKeyWithLibrary({
      type: 'ecc',
      curve: 'curve25519Legacy',
      userIDs: [{ email: 'backups@example.org' }],
      keyExpirationTime: 1_000_000,
      format: 'object',
    });
    await preferKnownAlgorithms(privateKey);
    await gpg.run(['--import'], privateKey.toPublic().armor());
    const shown = String(await gpg.run(['--with-colons', '--edit-key', 'backups@example.org', 'quit']));
    expect(shown).toContain(':S9 S8 S7 H10 H9 H8 Z0 Z2 Z1,mdc');
    const [, made, expires] = /^pub:[^:]*:[^:]*:[^:]*:[^:]*:(\d+):(\d+):/m.exec(shown) ?? [];
    expect(Number(expires) - Number(made)).toBe(1_000_000);
  });

  it('takes every key of a file that is several armored exports one after the other', async () => {
    const [old, current] = [
      await generateKey({ email: 'old@example.org' }),
      await generateKey({ email: 'new@example.org' }),
    ];
    const publicFile = Buffer.from(`${old.publicKeyArmored}\n# the new one\n${current.publicKeyArmored}`);
    const privateFile = Buffer.from(old.privateKeyArmored.reveal() + current.privateKeyArmored.reveal());
    const fingerprints = [old.fingerprint, current.fingerprint];
    expect((await readPublicKeys(publicFile)).map((key) => key.fingerprint)).toEqual(fingerprints);
    expect((await readPublicKeys(privateFile)).map((key) => key.fingerprint)).toEqual(fingerprints);
    expect((await readPrivateKeys(privateFile)).map((key) => key.fingerprint)).toEqual(fingerprints);
    await expect(readPrivateKeys(publicFile)).rejects.toMatchObject({ code: 'encryption' });
    await expect(readPublicKeys(publicFile.subarray(0, -50))).rejects.toThrow('cut off');
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
