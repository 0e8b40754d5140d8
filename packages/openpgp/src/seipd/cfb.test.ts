import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CfbDecryptor } from './cfb-decryptor.ts';
import { CfbEncryptor } from './cfb-encryptor.ts';
import { symmetricCipher } from './symmetric.ts';

const cipherIds = { 'AES-256': 9, 'AES-128': 7, 'Camellia-192': 12, 'Triple DES': 2 };
/** Around the pieces that both work in, and around their ends within a block. */
const lengths = [0, 1, 7, 8, 15, 16, 17, 65_535, 65_536, 65_537, 131_073, 200_000];

const cases = Object.entries(cipherIds).map(([name, id]) => ({ name, cipher: symmetricCipher(id) }));

function text(bytes: number): Buffer {
  return Buffer.from(Array.from({ length: bytes }, (_, index) => (index * 31) % 251));
}

describe.each(cases)('cipher feedback with $name', ({ cipher }) => {
  const key = text(cipher.keyBytes);
  const byOpenSsl = (plain: Buffer) =>
    createCipheriv(`${cipher.name}-cfb`, key, Buffer.alloc(cipher.blockBytes)).update(plain);

  /** Encrypted in pieces of the given lengths, then the rest. */
  function encrypted(plain: Buffer, pieces: readonly number[]): Buffer {
    const encryptor = new CfbEncryptor(cipher, key);
    const result: Buffer[] = [];
    let from = 0;
    for (const length of [...pieces, plain.length]) {
      for (const piece of encryptor.update(plain.subarray(from, from + length))) {
        result.push(Buffer.from(piece));
      }
      from += length;
    }
    return Buffer.concat(result);
  }

  it.each(lengths)('makes what OpenSSL makes of %i bytes', (length) => {
    expect(encrypted(text(length), []).equals(byOpenSsl(text(length)))).toBe(true);
  });

  it('makes the same in pieces of any length', () => {
    const pieces = fc.array(fc.oneof(fc.nat(40), fc.nat(70_000)), { maxLength: 8 });
    fc.assert(
      fc.property(pieces, fc.nat(200_000), (lengthOf, total) => {
        expect(encrypted(text(total), lengthOf).equals(byOpenSsl(text(total)))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('leaves what it is given as it was', () => {
    const plain = text(1000);
    encrypted(plain, [3]);
    expect(plain.equals(text(1000))).toBe(true);
  });

  it.each(lengths)('gets %i bytes back', (length) => {
    const decryptor = new CfbDecryptor(cipher, key);
    const whole = length - (length % cipher.blockBytes);
    const message = byOpenSsl(text(length));
    const plain: Buffer[] = [];
    for (const piece of decryptor.update(message.subarray(0, whole))) {
      plain.push(Buffer.from(piece));
    }
    plain.push(decryptor.final(message.subarray(whole)));
    expect(Buffer.concat(plain).equals(text(length))).toBe(true);
  });
});
