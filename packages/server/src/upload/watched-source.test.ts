import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../storage/storage.ts';
import { watchSource } from './watched-source.ts';

const chunk = Buffer.from('x');

async function* stalling(after: number): ByteSource {
  for (let index = 0; index < after; index += 1) {
    yield chunk;
  }
  await new Promise(() => {});
}

async function count(source: ByteSource): Promise<number> {
  let chunks = 0;
  for await (const _ of source) {
    chunks += 1;
  }
  return chunks;
}

describe('watchSource', () => {
  it('passes everything on', async () => {
    async function* three(): ByteSource {
      yield* [chunk, chunk, chunk];
    }
    const { signal } = new AbortController();
    expect(await count(watchSource(three(), { signal, idleMs: 1000 }))).toBe(3);
  });

  it('ends a source that says nothing for too long', async () => {
    const { signal } = new AbortController();
    await expect(count(watchSource(stalling(2), { signal, idleMs: 20 }))).rejects.toMatchObject({
      code: 'timeout',
    });
  });

  it('ends at once when it is told to, also while it waits', async () => {
    const controller = new AbortController();
    const counted = count(watchSource(stalling(2), { signal: controller.signal, idleMs: 60_000 }));
    controller.abort(new Error('stop'));
    await expect(counted).rejects.toThrow('stop');
  });

  it('passes the error of its source on', async () => {
    async function* failing(): ByteSource {
      yield chunk;
      throw new Error('gone');
    }
    const { signal } = new AbortController();
    await expect(count(watchSource(failing(), { signal, idleMs: 1000 }))).rejects.toThrow('gone');
  });
});
