import { randomBytes } from 'node:crypto';
import { Secret } from '@backup-maker/model';
import { createGnupg, type Gnupg, hasPrograms } from '@backup-maker/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decrypt, encrypt, type PrivateKey, publicKeyOf, readPrivateKeys } from '../src/index.ts';
import { makeGnupgKey } from './gnupg-key.ts';
import { chunks, collect } from './streams.ts';

const passphrase = new Secret('correct horse');
const unlock = ['--passphrase', passphrase.reveal()];
const plain = Buffer.concat([randomBytes(200_000), Buffer.alloc(300_000, 'INSERT INTO users VALUES (1);\n')]);

describe.skipIf(!hasPrograms('gpg')).each([
  ['ed25519', 'cv25519'],
  ['rsa2048', 'rsa2048'],
  ['nistp256', 'nistp256'],
  ['nistp384', 'nistp384'],
  ['nistp521', 'nistp521'],
  ['brainpoolP256r1', 'brainpoolP256r1'],
  ['brainpoolP384r1', 'brainpoolP384r1'],
  ['brainpoolP512r1', 'brainpoolP512r1'],
])('GnuPG with a %s key', (primary, subkey) => {
  let gpg: Gnupg;
  let keys: readonly PrivateKey[];

  beforeAll(async () => {
    gpg = await createGnupg();
    await makeGnupgKey(gpg, primary, { primary, subkey, passphrase: passphrase.reveal() });
    keys = await readPrivateKeys(await gpg.run([...unlock, '--export-secret-keys']), { passphrase });
  });
  afterAll(() => gpg[Symbol.asyncDispose]());

  it.each([[false], [true]])('decrypts what we encrypted (armored: %s)', async (armor) => {
    const message = await collect(
      encrypt(chunks(plain, 65536), { recipients: keys.map(publicKeyOf), armor }),
    );
    expect(plain.equals(await gpg.run([...unlock, '--decrypt'], message))).toBe(true);
  });

  it('encrypts text that we decrypt with our line ends', async () => {
    const text = 'INSERT\n\rINTO\n\n';
    const message = await gpg.run(['--textmode', '--encrypt', '-r', `${primary}@example.org`], text);
    const decrypted = await collect(decrypt(chunks(message, 7), { privateKeys: keys }));
    expect(decrypted.toString()).toBe(text);
  });

  it.each([
    [['--armor']],
    [['--compress-algo', 'none']],
    [['--compress-algo', 'zip']],
    [['--armor', '--compress-algo', 'zlib']],
    [['--cipher-algo', 'AES', '--compress-algo', 'none']],
    [['--cipher-algo', 'CAMELLIA128']],
    [['--cipher-algo', 'CAMELLIA192']],
    [['--cipher-algo', 'CAMELLIA256']],
    [['--cipher-algo', '3DES']],
    [['--sign', ...unlock]],
  ])('encrypts what we decrypt: %j', async (args) => {
    const recipient = ['--encrypt', '-r', `${primary}@example.org`];
    const message = await gpg.run([...args, ...recipient], plain);
    expect(plain.equals(await collect(decrypt(chunks(message, 65536), { privateKeys: keys })))).toBe(true);
  });
});
