import { randomBytes } from 'node:crypto';
import {
  createMessage,
  decrypt as decryptWithLibrary,
  encrypt as encryptWithLibrary,
  enums,
  readMessage,
} from 'openpgp';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  decrypt,
  encrypt,
  generateKey,
  messageCiphers,
  type PrivateKey,
  publicKeyOf,
  readPrivateKeys,
} from '../src/index.ts';
import { chunks, collect } from './streams.ts';

/** What RFC 9580 added is in neither gpg 2.2 nor sq 0.27; OpenPGP.js has an implementation of its own. */
describe('OpenPGP.js on the other side', () => {
  let keys: readonly PrivateKey[];
  const plain = randomBytes(700_001);

  beforeAll(async () => {
    const { privateKeyArmored } = await generateKey({ email: 'a@example.org' });
    keys = await readPrivateKeys(Buffer.from(privateKeyArmored.reveal()));
  });

  it.each(messageCiphers)('decrypts what we encrypted with %s', async (cipher) => {
    const message = await collect(
      encrypt(chunks(plain, 65536), { recipients: keys.map(publicKeyOf), cipher }),
    );
    const { data } = await decryptWithLibrary({
      message: await readMessage({ binaryMessage: new Uint8Array(message) }),
      decryptionKeys: keys.map((key) => key.openpgp),
      format: 'binary',
    });
    expect(plain.equals(data as Uint8Array)).toBe(true);
  });

  it.each([
    ['cfb', { aeadProtect: false }],
    ['gcm', { aeadProtect: true, preferredAEADAlgorithm: enums.aead.gcm, aeadChunkSizeByte: 0 }],
    ['ocb', { aeadProtect: true, preferredAEADAlgorithm: enums.aead.ocb, aeadChunkSizeByte: 6 }],
  ])('encrypts what we decrypt with %s', async (_name, config) => {
    const [key] = keys.map(publicKeyOf);
    const sessionKey = {
      data: new Uint8Array(randomBytes(32)),
      algorithm: 'aes256' as const,
      ...(config.aeadProtect ? { aeadAlgorithm: _name as 'gcm' | 'ocb' } : {}),
    };
    const message = await encryptWithLibrary({
      message: await createMessage({ binary: new Uint8Array(plain) }),
      encryptionKeys: key?.openpgp ?? [],
      sessionKey,
      format: 'binary',
      config,
    });
    const decrypted = await collect(decrypt(chunks(message, 10_000), { privateKeys: keys }));
    expect(plain.equals(decrypted)).toBe(true);
  });
});
