import { describe, expect, it } from 'vitest';
import { withIoTimeout } from './io-timeout.ts';
import { createMemoryStorage } from './memory.ts';
import type { ByteSource, Storage } from './storage.ts';

async function* text(value: string): ByteSource {
  yield Buffer.from(value);
}

const never = () => new Promise<never>(() => {});
const hanging: Storage = {
  ...createMemoryStorage(),
  put: never,
  get: never,
  stat: never,
  delete: never,
  removeUnfinished: never,
};

describe('withIoTimeout', () => {
  it('lets a storage work that answers', async () => {
    const storage = withIoTimeout(createMemoryStorage(), 1000);
    await storage.put('a', text('x'));
    expect(await storage.stat('a')).toMatchObject({ sizeBytes: 1 });
    await storage.delete('a');
    expect(await storage.stat('a')).toBeUndefined();
  });

  it.each<[string, (storage: Storage) => Promise<unknown>]>([
    ['put', (storage) => storage.put('a', text('x'))],
    ['get', (storage) => storage.get('a')],
    ['stat', (storage) => storage.stat('a')],
    ['delete', (storage) => storage.delete('a')],
    ['removeUnfinished', (storage) => storage.removeUnfinished(0)],
  ])('ends %s of one that hangs', async (_, work) => {
    await expect(work(withIoTimeout(hanging, 20))).rejects.toMatchObject({ code: 'unavailable' });
  });
});
