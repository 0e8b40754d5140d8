import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inParts } from './parts.ts';
import type { ByteSource } from './storage.ts';

async function* chunksOf(bytes: Buffer, size: number): ByteSource {
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
  }
}

describe('inParts', () => {
  it.each([
    [0, 7, []],
    [9, 1, [9]],
    [10, 3, [10]],
    [11, 100, [10, 1]],
    [30, 7, [10, 20]],
    [65, 64, [10, 20, 30, 5]],
  ])('%d bytes in chunks of %d: parts of %j', async (total, chunkSize, sizes) => {
    const bytes = randomBytes(total);
    const parts: Buffer[] = [];
    for await (const part of inParts(chunksOf(bytes, chunkSize), (index) => 10 * (index + 1))) {
      parts.push(Buffer.from(part));
    }
    expect(parts.map((part) => part.length)).toEqual(sizes);
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
  });

  it('leaves a part alone while the next one fills', async () => {
    const iterator = inParts(chunksOf(Buffer.from('aabbcc'), 2), () => 2)[Symbol.asyncIterator]();
    const first = await iterator.next();
    await iterator.next();
    expect(first.value.toString()).toBe('aa');
  });
});
