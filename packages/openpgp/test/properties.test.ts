import { randomBytes } from 'node:crypto';
import { Failure } from '@backup-maker/model';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createInspector,
  decrypt,
  encrypt,
  generateKey,
  messageCiphers,
  type PrivateKey,
  publicKeyOf,
  readPrivateKeys,
} from '../src/index.ts';
import { collect } from './streams.ts';

/** Sizes around every boundary: blocks, lengths of one, two and five octets, partial lengths, AEAD chunks. */
const boundaries = [0, 16, 48, 192, 512, 8384, 2 ** 16, 2 ** 17, 2 ** 18];
const size = fc
  .tuple(fc.constantFrom(...boundaries), fc.integer({ min: -40, max: 40 }))
  .map(([boundary, offset]) => Math.max(0, boundary + offset));
const cuts = fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 8 });

/** Cut into chunks of these sizes, over and over. */
async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer, void, undefined> {
  let offset = 0;
  for (let turn = 0; offset < bytes.length; turn += 1) {
    const end = offset + (sizes[turn % sizes.length] ?? 1);
    yield bytes.subarray(offset, end);
    offset = end;
  }
}

describe('for any message', () => {
  let keys: readonly PrivateKey[];

  beforeAll(async () => {
    const { privateKeyArmored } = await generateKey({ email: 'a@example.org' });
    keys = await readPrivateKeys(Buffer.from(privateKeyArmored.reveal()));
  });

  const encrypted = (plain: Buffer, sizes: readonly number[], options: object) =>
    collect(encrypt(cut(plain, sizes), { recipients: keys.map(publicKeyOf), ...options }));

  it('the plain text comes back, however it and the message are cut', async () => {
    const property = fc.asyncProperty(
      size,
      cuts,
      cuts,
      fc.constantFrom(...messageCiphers),
      fc.boolean(),
      async (bytes, inputCuts, messageCuts, cipher, armor) => {
        const plain = randomBytes(bytes);
        const message = await encrypted(plain, inputCuts, { cipher, armor });
        const inspector = createInspector();
        for await (const chunk of cut(message, messageCuts)) {
          inspector.write(chunk);
        }
        expect(inspector.end().recipientKeyIds).toHaveLength(1);
        const decrypted = await collect(decrypt(cut(message, messageCuts), { privateKeys: keys }));
        expect(plain.equals(decrypted)).toBe(true);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it('a change anywhere gives a Failure, or the same plain text, never another one', async () => {
    const plain = randomBytes(3000);
    const messages = await Promise.all(
      messageCiphers.flatMap((cipher) =>
        [false, true].map((armor) => encrypted(plain, [700], { cipher, armor })),
      ),
    );
    const property = fc.asyncProperty(
      fc.constantFrom(...messages),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.integer({ min: 0, max: 20 }),
      fc.uint8Array({ maxLength: 20 }),
      async (message, place, removed, inserted) => {
        const at = Math.floor(place * message.length);
        const changed = Buffer.concat([message.subarray(0, at), inserted, message.subarray(at + removed)]);
        const outcome = await collect(decrypt(cut(changed, [512]), { privateKeys: keys })).catch(
          (error) => error,
        );
        expect(outcome instanceof Failure || plain.equals(outcome)).toBe(true);
      },
    );
    await fc.assert(property, { numRuns: 400 });
  });

  it('the inspector answers anything with an inspection or a Failure', () => {
    const property = fc.property(
      fc.uint8Array({ maxLength: 600 }),
      fc.integer({ min: 1, max: 600 }),
      (bytes, step) => {
        const inspector = createInspector();
        try {
          for (let offset = 0; offset < bytes.length; offset += step) {
            inspector.write(bytes.subarray(offset, offset + step));
          }
          inspector.end();
        } catch (error) {
          expect(error).toMatchObject({ code: 'not-openpgp', details: { reason: expect.any(String) } });
        }
      },
    );
    fc.assert(property, { numRuns: 2000 });
  });
});
