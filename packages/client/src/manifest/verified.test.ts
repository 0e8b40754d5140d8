import { createSessionKey } from '@backup-maker/openpgp';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestAlgorithm } from './digest-algorithm.ts';
import type { Manifest } from './manifest.ts';
import { verified } from './verified.ts';

const kibibyte = 1024;
/** Two parts of one size, then larger ones; what is given on at a time has 64 KiB. */
const sizeOf = (index: number) => (index < 2 ? 150 : 200) * kibibyte;

function text(bytes: number): Buffer {
  return Buffer.from(Array.from({ length: bytes }, (_, index) => (index * 31) % 251));
}

const algorithm = digestAlgorithm('AES-256-GMAC', createSessionKey());

function manifestOf(stream: Buffer): Manifest {
  const digests: Buffer[] = [];
  for (let index = 0, offset = 0; offset < stream.length; offset += sizeOf(index), index += 1) {
    const part = stream.subarray(offset, offset + sizeOf(index));
    const digest = algorithm.begin(index);
    digest.update(part);
    digests.push(digest.digest());
  }
  const bytes = stream.length;
  return {
    collection: 'shop',
    versionNumber: 1,
    madeAt: new Date(),
    bytes,
    algorithm,
    digests: Buffer.concat(digests),
  };
}

/** In chunks of the given lengths, then of 64 KiB; each with memory of its own, as they come from a socket. */
async function* arriving(stream: Buffer, lengths: readonly number[] = []): AsyncGenerator<Buffer> {
  const left = [...lengths];
  for (let offset = 0; offset < stream.length; ) {
    const chunk = Buffer.from(
      new Uint8Array(stream.subarray(offset, offset + (left.shift() ?? 64 * kibibyte))),
    );
    offset += chunk.length;
    yield chunk;
  }
}

/** What gets through, up to the error if there is one. */
async function passed(stream: AsyncIterable<Buffer>, manifest: Manifest) {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of verified(stream, async () => manifest, sizeOf)) {
      pieces.push(Buffer.from(piece));
    }
    return { bytes: Buffer.concat(pieces) };
  } catch (error) {
    return { bytes: Buffer.concat(pieces), error: error as Error };
  }
}

describe('a stream with a manifest', () => {
  it('gets through as it is, in chunks of any length', async () => {
    const lengths = fc.array(
      fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 400_000 })),
      {
        maxLength: 8,
      },
    );
    await fc.assert(
      fc.asyncProperty(lengths, fc.integer({ min: 1, max: 900 * kibibyte }), async (chunks, length) => {
        const stream = text(length);
        const { bytes, error } = await passed(arriving(stream, chunks), manifestOf(stream));
        expect(error).toBeUndefined();
        expect(bytes.equals(stream)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it.each([0, 1, 2, 3])('that is damaged in part %i gets through up to that part', async (damaged) => {
    const stream = text(650 * kibibyte);
    const manifest = manifestOf(stream);
    const intact = Array.from({ length: damaged }, (_, index) => sizeOf(index)).reduce((a, b) => a + b, 0);
    const changed = Buffer.from(stream);
    changed[intact + 1000] = (changed[intact + 1000] ?? 0) ^ 1;
    const { bytes, error } = await passed(arriving(changed), manifest);
    expect(error?.message).toBe(`the version was changed after it was made: part ${damaged + 1} is damaged`);
    expect(stream.subarray(0, intact).equals(bytes)).toBe(true);
  });

  it.each([
    ['cut off between parts', (stream: Buffer) => stream.subarray(0, 300 * kibibyte), 300, 'cut off'],
    ['cut off in a part', (stream: Buffer) => stream.subarray(0, 310 * kibibyte), 300, 'part 3 is damaged'],
    ['empty', () => Buffer.alloc(0), 0, 'cut off'],
    ['longer', (stream: Buffer) => Buffer.concat([stream, text(1)]), 500, 'part 4 is damaged'],
  ])('that is %s has no end', async (_, change, kibibytes, message) => {
    const stream = text(600 * kibibyte);
    const { bytes, error } = await passed(arriving(change(stream)), manifestOf(stream));
    expect(error?.message).toContain(message);
    expect(bytes.length).toBe(kibibytes * kibibyte);
  });
});
