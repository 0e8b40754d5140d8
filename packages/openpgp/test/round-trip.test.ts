import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createInspector,
  decrypt,
  encrypt,
  generateKey,
  messageCiphers,
  type PrivateKey,
  type PublicKey,
  publicKeyOf,
  readPrivateKeys,
} from '../src/index.ts';
import { chunks, collect } from './streams.ts';

describe('a message', () => {
  let keys: readonly PrivateKey[];
  let recipients: readonly PublicKey[];

  beforeAll(async () => {
    const pairs = await Promise.all(
      ['a@example.org', 'b@example.org'].map((email) => generateKey({ email })),
    );
    const read = pairs.map(({ privateKeyArmored }) =>
      readPrivateKeys(Buffer.from(privateKeyArmored.reveal())),
    );
    keys = (await Promise.all(read)).flat();
    recipients = keys.map(publicKeyOf);
  });

  const boundary = 2 ** 17;
  const sizes = [
    0,
    1,
    15,
    16,
    17,
    185,
    186,
    192,
    505,
    506,
    512,
    8383,
    boundary - 7,
    boundary - 6,
    boundary - 5,
  ];
  const chunk = 2 ** 18;
  const large = [
    chunk - 6 - 4,
    2 * chunk - 16,
    boundary - 25,
    boundary - 24,
    boundary,
    2 * boundary - 6,
    2 * boundary,
    1_000_003,
  ];

  it.each(
    [...sizes, ...large].flatMap((size) => [
      { size, cipher: 'cfb' as const, armor: false },
      { size, cipher: 'cfb' as const, armor: true },
      { size, cipher: 'gcm' as const, armor: false },
      { size, cipher: 'ocb' as const, armor: true },
    ]),
  )('of $size bytes ($cipher, armored: $armor) comes back, whatever the chunks', async (options) => {
    const { size, cipher, armor } = options;
    const plain = randomBytes(size);
    const message = await collect(encrypt(chunks(plain, 4096), { recipients, armor, cipher }));
    for (const chunkBytes of [message.length, 65536, ...(size < 10_000 ? [1, 7] : [])]) {
      expect(plain.equals(await collect(decrypt(chunks(message, chunkBytes), { privateKeys: keys })))).toBe(
        true,
      );
    }
    const inspector = createInspector();
    inspector.write(message);
    expect(inspector.end()).toMatchObject({ armored: armor, protection: cipher === 'cfb' ? 'mdc' : 'aead' });
  });

  it('is for each recipient and for nobody else', async () => {
    const message = await collect(encrypt(chunks(Buffer.from('dump')), { recipients }));
    for (const key of keys) {
      expect(await collect(decrypt(chunks(message), { privateKeys: [key] }))).toEqual(Buffer.from('dump'));
    }
    const stranger = await generateKey({ email: 'c@example.org' });
    const privateKeys = await readPrivateKeys(Buffer.from(stranger.privateKeyArmored.reveal()));
    await expect(collect(decrypt(chunks(message), { privateKeys }))).rejects.toMatchObject({
      code: 'encryption',
    });
  });

  it('never has an end when the source failed', async () => {
    async function* failing(): AsyncGenerator<Buffer> {
      yield randomBytes(300_000);
      await setImmediate();
      throw new Error('pg_dump died');
    }
    const pieces: Buffer[] = [];
    const drain = async () => {
      for await (const piece of encrypt(failing(), { recipients })) {
        pieces.push(piece);
      }
    };
    await expect(drain()).rejects.toThrow('pg_dump died');
    const cut = decrypt(chunks(Buffer.concat(pieces)), { privateKeys: keys });
    await expect(collect(cut)).rejects.toMatchObject({ code: 'integrity' });
  });

  it.each(messageCiphers)(
    '(%s) fails to decrypt where a bit was flipped, bytes were cut or added, wherever',
    async (cipher) => {
      const plain = randomBytes(600);
      const message = await collect(encrypt(chunks(plain), { recipients, cipher }));
      const damaged = [...message.keys()].flatMap((index) => [
        flipped(message, index),
        message.subarray(0, index),
        ...(index % 16 === 0 ? [inserted(message, index)] : []),
      ]);
      const outcomes = await Promise.all(
        damaged.map((bytes) =>
          collect(decrypt(chunks(bytes), { privateKeys: keys })).then(
            (given) => (given.equals(plain) ? 'same' : 'wrong'),
            (error) => error.code,
          ),
        ),
      );
      // A changed session-key packet of one recipient leaves the other's: then the plain text must be the same.
      expect(outcomes).not.toContain('wrong');
      expect(outcomes.filter((outcome) => outcome === 'same').length).toBeLessThan(message.length / 2);
      expect(outcomes.filter((outcome) => outcome === undefined)).toEqual([]);
    },
  );
});

function flipped(message: Buffer, index: number): Buffer {
  const copy = Buffer.from(message);
  copy[index] = (copy[index] ?? 0) ^ 0x10;
  return copy;
}

function inserted(message: Buffer, index: number): Buffer {
  return Buffer.concat([message.subarray(0, index), Buffer.of(0x41), message.subarray(index)]);
}
