import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '@backup-maker/model';
import { createGnupg, type Gnupg, hasPrograms } from '@backup-maker/testing';
import { describe, expect, it } from 'vitest';
import {
  decrypt,
  encrypt,
  publicKeyOf,
  readPrivateKeys,
  readPublicKeys,
  signDetached,
  verifyDetached,
} from '../src/index.ts';
import { makeGnupgKey } from './gnupg-key.ts';
import { chunks, collect } from './streams.ts';

const plain = Buffer.alloc(100_000, 'INSERT INTO users VALUES (1);\n');
const curves = ['brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1'] as const;

/** What else a Brainpool key is used for; messages of all kinds are in the tests of messages. */
describe.skipIf(!hasPrograms('gpg'))('Brainpool keys of GnuPG', () => {
  async function gnupgWith(primary: string, subkey: string, passphrase = ''): Promise<Gnupg> {
    const gpg = await createGnupg();
    await makeGnupgKey(gpg, 'ann', { primary, subkey, passphrase });
    return gpg;
  }

  it.each<[primary: string, subkey: string]>([
    ...curves.map((curve) => [curve, curve] as [string, string]),
    ['ed25519', 'brainpoolP256r1'],
    ['brainpoolP384r1', 'cv25519'],
  ])('need no passphrase, and may be %s with %s', async (primary, subkey) => {
    await using gpg = await gnupgWith(primary, subkey);
    const [recipients, privateKeys] = await Promise.all([
      gpg.run(['--export']).then((exported) => readPublicKeys(exported)),
      gpg.run(['--export-secret-keys']).then((exported) => readPrivateKeys(exported)),
    ]);
    const ours = await collect(encrypt(chunks(plain, 65536), { recipients }));
    expect(plain.equals(await gpg.run(['--decrypt'], ours))).toBe(true);
    const theirs = await gpg.run(['--encrypt', '-r', 'ann@example.org'], plain);
    expect(plain.equals(await collect(decrypt(chunks(theirs), { privateKeys })))).toBe(true);
  });

  it.each(curves)('sign and verify with %s', async (curve) => {
    const passphrase = new Secret('correct horse');
    const unlock = ['--passphrase', passphrase.reveal()];
    await using gpg = await gnupgWith(curve, curve, passphrase.reveal());
    const exported = await gpg.run([...unlock, '--export-secret-keys']);
    const keys = await readPrivateKeys(exported, { passphrase });
    const ours = join(gpg.home, 'ours.asc');
    await writeFile(ours, await signDetached(plain, keys));
    await gpg.run(['--verify', ours, '-'], plain);
    const theirs = String(await gpg.run([...unlock, '--armor', '--detach-sign'], plain));
    await verifyDetached(plain, theirs, keys.map(publicKeyOf));
    await expect(verifyDetached(Buffer.from('another'), theirs, keys.map(publicKeyOf))).rejects.toMatchObject(
      {
        code: 'integrity',
      },
    );
  });

  it('are no recipients once their signatures are damaged', async () => {
    await using gpg = await gnupgWith('brainpoolP256r1', 'brainpoolP256r1');
    const exported = await gpg.run(['--export']);
    // The last byte is of the signature that binds the encryption key.
    exported[exported.length - 1] = (exported.at(-1) ?? 0) ^ 1;
    const recipients = await readPublicKeys(exported);
    await expect(collect(encrypt(chunks(plain), { recipients }))).rejects.toMatchObject({
      code: 'encryption',
      message: expect.stringContaining('Signature verification failed'),
    });
  });
});
