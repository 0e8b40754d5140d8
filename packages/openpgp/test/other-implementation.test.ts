import { randomBytes } from 'node:crypto';
import {
  AEADEncryptedDataPacket,
  type AnyPacket,
  config,
  createMessage,
  decrypt as decryptWithLibrary,
  encryptSessionKey,
  encrypt as encryptWithLibrary,
  enums,
  LiteralDataPacket,
  PacketList,
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
  ])('encrypts what we decrypt with %s', async (_name, settings) => {
    const [key] = keys.map(publicKeyOf);
    const sessionKey = {
      data: new Uint8Array(randomBytes(32)),
      algorithm: 'aes256' as const,
      ...(settings.aeadProtect ? { aeadAlgorithm: _name as 'gcm' | 'ocb' } : {}),
    };
    const message = await encryptWithLibrary({
      message: await createMessage({ binary: new Uint8Array(plain) }),
      encryptionKeys: key?.openpgp ?? [],
      sessionKey,
      format: 'binary',
      config: settings,
    });
    const decrypted = await collect(decrypt(chunks(message, 10_000), { privateKeys: keys }));
    expect(plain.equals(decrypted)).toBe(true);
  });

  it.each([0, 3])(
    'reads the packet that GnuPG 2.3 writes (chunk size octet %i)',
    async (aeadChunkSizeByte) => {
      const sessionKey = new Uint8Array(randomBytes(32));
      const literal = new LiteralDataPacket() as unknown as LibraryPacket;
      literal.setBytes?.(new Uint8Array(plain), enums.literal.binary);
      const data = new AEADEncryptedDataPacket() as unknown as LibraryPacket;
      data.aeadAlgorithm = enums.aead.ocb;
      data.packets = listOf(literal);
      await data.encrypt?.(enums.symmetric.aes256, sessionKey, { ...config, aeadChunkSizeByte });
      const wrapped = await encryptSessionKey({
        data: sessionKey,
        algorithm: 'aes256',
        encryptionKeys: keys.map((key) => publicKeyOf(key).openpgp),
        format: 'binary',
      });
      const packets = listOf(data).write() as unknown as LibraryStream;
      const message = Buffer.concat([wrapped, await packets.readToEnd((pieces) => Buffer.concat(pieces))]);
      const decrypted = await collect(decrypt(chunks(message, 5000), { privateKeys: keys }));
      expect(plain.equals(decrypted)).toBe(true);
      const changed = Buffer.from(message);
      changed[changed.length - 40] = (changed.at(-40) ?? 0) ^ 1;
      await expect(collect(decrypt(chunks(changed), { privateKeys: keys }))).rejects.toMatchObject({
        code: 'integrity',
      });
    },
  );
});

function listOf(packet: LibraryPacket): PacketList<AnyPacket> {
  const list = new PacketList<AnyPacket>();
  list.push(packet as unknown as AnyPacket);
  return list;
}

/** The library writes packets of unknown length as streams. */
interface LibraryStream {
  readToEnd(join: (pieces: readonly Uint8Array[]) => Buffer): Promise<Buffer>;
}

/** What the library's packets can do but its types call private. */
interface LibraryPacket {
  aeadAlgorithm?: number;
  packets?: unknown;
  setBytes?(bytes: Uint8Array, format: number): void;
  encrypt?(cipher: number, key: Uint8Array, config: object): Promise<void>;
}
