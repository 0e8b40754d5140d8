import { randomBytes, randomUUID } from 'node:crypto';
import { isFailure } from '@backup-maker/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ByteRange, ByteSource, Storage, StoredObject } from '../src/storage/storage.ts';

export interface StorageFixture {
  readonly storage: Storage;
  close(): Promise<void>;
}

async function* chunksOf(...chunks: readonly (Uint8Array | Error)[]): ByteSource {
  for (const chunk of chunks) {
    if (chunk instanceof Error) {
      throw chunk;
    }
    yield chunk;
  }
}

async function readAll(source: ByteSource): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) {
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

async function list(storage: Storage, prefix: string): Promise<readonly StoredObject[]> {
  const objects: StoredObject[] = [];
  for await (const object of storage.list(prefix)) {
    objects.push(object);
  }
  return objects;
}

/** What every storage driver does, whatever its back end. */
export function storageContract(driver: string, open: () => Promise<StorageFixture>): void {
  describe(`the ${driver} storage`, () => {
    let fixture: StorageFixture;
    let storage: Storage;
    const newKey = () => `test/${randomUUID()}`;

    beforeAll(async () => {
      fixture = await open();
      storage = fixture.storage;
    });
    afterAll(async () => {
      await fixture?.close();
    });

    it.each([
      ['nothing', []],
      ['one byte', [1]],
      ['several chunks, some of them empty', [3, 0, 65_536, 0, 7]],
      ['more than the parts of a multipart upload', [5_000_000, 5_000_000, 7_000_001]],
    ])('gives back what it was given: %s', async (_, sizes) => {
      const chunks = sizes.map((size) => randomBytes(size));
      const key = newKey();
      const bytes = Buffer.concat(chunks);
      expect(await storage.put(key, chunksOf(...chunks))).toEqual({ sizeBytes: bytes.length });
      expect((await readAll(await storage.get(key))).equals(bytes)).toBe(true);
      expect(await storage.stat(key)).toMatchObject({ key, sizeBytes: bytes.length });
    });

    it.each<[ByteRange, string]>([
      [{ offsetBytes: 0 }, '0123456789'],
      [{ offsetBytes: 3 }, '3456789'],
      [{ offsetBytes: 3, lengthBytes: 4 }, '3456'],
      [{ offsetBytes: 9, lengthBytes: 1 }, '9'],
      [{ offsetBytes: 0, lengthBytes: 0 }, ''],
    ])('reads the range %j', async (range, expected) => {
      const key = newKey();
      await storage.put(key, chunksOf(Buffer.from('0123456789')));
      expect((await readAll(await storage.get(key, { range }))).toString()).toBe(expected);
    });

    it('makes objects durable later, all together', async () => {
      const keys = [newKey(), newKey()];
      for (const key of keys) {
        await storage.put(key, chunksOf(Buffer.from(key)), { durable: 'later' });
        expect((await readAll(await storage.get(key))).toString()).toBe(key);
      }
      await storage.sync(keys);
      await storage.sync(keys);
      for (const key of keys) {
        expect((await readAll(await storage.get(key))).toString()).toBe(key);
      }
    });

    it('has no object after its source failed, and passes the error on', async () => {
      const key = newKey();
      const cause = new Error('the sender went away');
      await expect(storage.put(key, chunksOf(randomBytes(100_000), cause))).rejects.toBe(cause);
      expect(await storage.stat(key)).toBeUndefined();
      expect(await list(storage, key)).toEqual([]);
    });

    it('has no object after it was told to stop', async () => {
      const key = newKey();
      const controller = new AbortController();
      async function* source(): ByteSource {
        yield randomBytes(100_000);
        controller.abort(new Error('stop'));
        yield randomBytes(100_000);
      }
      await expect(storage.put(key, source(), { signal: controller.signal })).rejects.toThrow('stop');
      expect(await storage.stat(key)).toBeUndefined();
    });

    it('never overwrites', async () => {
      const key = newKey();
      await storage.put(key, chunksOf(Buffer.from('first')));
      await expect(storage.put(key, chunksOf(Buffer.from('second')))).rejects.toSatisfy((error) =>
        isFailure(error, 'conflict'),
      );
      expect((await readAll(await storage.get(key))).toString()).toBe('first');
    });

    it('says that an object is missing before the first byte', async () => {
      await expect(storage.get(newKey())).rejects.toSatisfy((error) => isFailure(error, 'not-found'));
      expect(await storage.stat(newKey())).toBeUndefined();
    });

    it('deletes, also what is not there', async () => {
      const key = newKey();
      await storage.put(key, chunksOf(Buffer.from('x')));
      await storage.delete(key);
      await storage.delete(key);
      expect(await storage.stat(key)).toBeUndefined();
    });

    it('lists what is below a prefix, with size and time', async () => {
      const prefix = `list-${randomUUID()}/`;
      const before = Date.now() - 5000;
      const keys = Array.from({ length: 12 }, (_, index) => `${prefix}${index}`);
      for (const key of keys) {
        await storage.put(key, chunksOf(Buffer.from(key)));
      }
      await storage.put(newKey(), chunksOf(Buffer.from('elsewhere')));
      const found = await list(storage, prefix);
      expect(found.map((object) => object.key).toSorted()).toEqual(keys.toSorted());
      expect(found.every((object) => object.sizeBytes === object.key.length)).toBe(true);
      expect(found.every((object) => object.modifiedAtMs > before)).toBe(true);
    });

    it('frees a reading that is left early', async () => {
      const key = newKey();
      await storage.put(key, chunksOf(randomBytes(2_000_000)));
      for await (const chunk of await storage.get(key)) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      await storage.delete(key);
    });

    it.each(['', '..', 'a/../b', '/a', 'a//b', 'a/', 'a\\b', 'a\0b', 'ä', 'a b', 'x'.repeat(1000)])(
      'refuses the key %j',
      async (key) => {
        await expect(storage.put(key, chunksOf(Buffer.from('x')))).rejects.toThrow('malformed');
        await expect(storage.get(key)).rejects.toThrow('malformed');
      },
    );

    it('removes unfinished writes of the past, and leaves whole objects alone', async () => {
      const key = newKey();
      await storage.put(key, chunksOf(Buffer.from('whole')));
      await storage.removeUnfinished(Date.now() + 60_000);
      expect((await readAll(await storage.get(key))).toString()).toBe('whole');
    });
  });
}
