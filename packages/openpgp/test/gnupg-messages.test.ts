import { randomBytes } from 'node:crypto';
import { Secret } from '@backup-maker/model';
import { createGnupg, type Gnupg, hasPrograms } from '@backup-maker/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decrypt, encrypt, type PrivateKey, publicKeyOf, readPrivateKeys } from '../src/index.ts';
import { chunks, collect } from './streams.ts';

const passphrase = new Secret('correct horse');
const unlock = ['--passphrase', passphrase.reveal()];
const plain = Buffer.concat([randomBytes(200_000), Buffer.alloc(300_000, 'INSERT INTO users VALUES (1);\n')]);

describe.skipIf(!hasPrograms('gpg')).each([
  ['ed25519', ['ed25519', 'cert,sign'], ['cv25519', 'encr']],
  ['rsa2048', ['rsa2048', 'cert,sign'], ['rsa2048', 'encr']],
  ['nistp256', ['nistp256', 'cert,sign'], ['nistp256', 'encr']],
  ['nistp384', ['nistp384', 'cert,sign'], ['nistp384', 'encr']],
  ['nistp521', ['nistp521', 'cert,sign'], ['nistp521', 'encr']],
])('GnuPG with a %s key', (name, primary, subkey) => {
  let gpg: Gnupg;
  let keys: readonly PrivateKey[];

  beforeAll(async () => {
    gpg = await createGnupg();
    await gpg.run([...unlock, '--quick-generate-key', `${name}@example.org`, ...primary, 'never']);
    const fingerprint = /^fpr:+([0-9A-F]+)/m.exec(
      String(await gpg.run(['--with-colons', '--list-keys'])),
    )?.[1];
    await gpg.run([...unlock, '--quick-add-key', fingerprint ?? '', ...subkey, 'never']);
    keys = await readPrivateKeys(await gpg.run([...unlock, '--export-secret-keys']), { passphrase });
  });
  afterAll(() => gpg[Symbol.asyncDispose]());

  it.each([[false], [true]])('decrypts what we encrypted (armored: %s)', async (armor) => {
    const message = await collect(
      encrypt(chunks(plain, 65536), { recipients: keys.map(publicKeyOf), armor }),
    );
    expect(plain.equals(await gpg.run([...unlock, '--decrypt'], message))).toBe(true);
  });

  it.each([
    [['--armor']],
    [['--compress-algo', 'none']],
    [['--compress-algo', 'zip']],
    [['--armor', '--compress-algo', 'zlib']],
    [['--cipher-algo', 'AES', '--compress-algo', 'none']],
    [['--sign', ...unlock]],
  ])('encrypts what we decrypt: %j', async (args) => {
    const recipient = ['--encrypt', '-r', `${name}@example.org`];
    const message = await gpg.run([...args, ...recipient], plain);
    expect(plain.equals(await collect(decrypt(chunks(message, 65536), { privateKeys: keys })))).toBe(true);
  });
});
