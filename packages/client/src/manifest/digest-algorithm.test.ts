import { createHash, webcrypto } from 'node:crypto';
import { createSessionKey } from '@backup-maker/openpgp';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestAlgorithm } from './digest-algorithm.ts';

const part = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251));

function digestOf(algorithm: ReturnType<typeof digestAlgorithm>, index: number, ...pieces: Buffer[]): Buffer {
  const digest = algorithm.begin(index);
  for (const piece of pieces) {
    digest.update(piece);
  }
  return digest.digest();
}

describe('the digest of a part', () => {
  it.each(['AES-256-GMAC', 'SHA-256'] as const)(
    'with %s does not depend on the pieces it comes in',
    (name) => {
      const algorithm = digestAlgorithm(name, createSessionKey());
      const whole = digestOf(algorithm, 3, part);
      expect(whole).toHaveLength(algorithm.digestBytes);
      fc.assert(
        fc.property(fc.nat(part.length), fc.nat(part.length), (one, other) => {
          const [from, to] = [Math.min(one, other), Math.max(one, other)];
          const pieces = [part.subarray(0, from), part.subarray(from, to), part.subarray(to)];
          expect(digestOf(algorithm, 3, ...pieces).equals(whole)).toBe(true);
        }),
      );
    },
  );

  it.each(['AES-256-GMAC', 'SHA-256'] as const)('with %s is taken of 2 GiB too', (name) => {
    const algorithm = digestAlgorithm(name, createSessionKey());
    // Zeros that nobody writes to take no memory.
    const large = Buffer.alloc(2 ** 31 + 1);
    const halves = [large.subarray(0, 2 ** 30 - 1), large.subarray(2 ** 30 - 1)];
    expect(digestOf(algorithm, 0, large).equals(digestOf(algorithm, 0, ...halves))).toBe(true);
  });

  it('with AES-256-GMAC is the tag of GCM, its nonce the number of the part', async () => {
    const sessionKey = createSessionKey();
    const key = await webcrypto.subtle.importKey(
      'raw',
      sessionKey.derive('backup-maker parts 1', 32),
      'AES-GCM',
      false,
      ['encrypt'],
    );
    const iv = Buffer.from('000000000000000000012345', 'hex');
    const tag = await webcrypto.subtle.encrypt(
      { name: 'AES-GCM', iv, additionalData: part },
      key,
      Buffer.of(),
    );
    const algorithm = digestAlgorithm('AES-256-GMAC', sessionKey);
    expect(digestOf(algorithm, 0x12345, part).equals(Buffer.from(tag))).toBe(true);
  });

  it('with AES-256-GMAC is another one for another part, number or message', () => {
    const [one, other] = [createSessionKey(), createSessionKey()].map((key) =>
      digestAlgorithm('AES-256-GMAC', key),
    ) as [ReturnType<typeof digestAlgorithm>, ReturnType<typeof digestAlgorithm>];
    const digests = [
      digestOf(one, 0, part),
      digestOf(one, 1, part),
      digestOf(one, 0, part.subarray(1)),
      digestOf(other, 0, part),
    ];
    expect(new Set(digests.map((digest) => digest.toString('hex'))).size).toBe(4);
  });

  it('with SHA-256 is the same for everybody', () => {
    const expected = createHash('sha256').update(part).digest();
    expect(digestOf(digestAlgorithm('SHA-256', createSessionKey()), 7, part).equals(expected)).toBe(true);
  });
});
