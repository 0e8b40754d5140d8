import { storageFailure } from './failure.ts';
import {
  assertObjectKey,
  type ByteSource,
  type GetOptions,
  type PutOptions,
  type Storage,
} from './storage.ts';

interface MemoryObject {
  readonly bytes: Buffer;
  readonly modifiedAtMs: number;
}

/** A storage for tests and trials: everything is lost with the process. */
export function createMemoryStorage(options: { readonly now?: () => number } = {}): Storage {
  const now = options.now ?? Date.now;
  const objects = new Map<string, MemoryObject>();
  return {
    name: 'memory',
    async put(key: string, source: ByteSource, { signal }: PutOptions = {}) {
      assertObjectKey(key);
      const bytes = await collect(source, signal);
      if (objects.has(key)) {
        throw storageFailure('conflict');
      }
      objects.set(key, { bytes, modifiedAtMs: now() });
      return { sizeBytes: bytes.length };
    },
    async sync() {},
    async get(key: string, { range, signal }: GetOptions = {}) {
      assertObjectKey(key);
      const object = objects.get(key);
      if (!object) {
        throw storageFailure('not-found');
      }
      const start = range?.offsetBytes ?? 0;
      const end = range?.lengthBytes === undefined ? object.bytes.length : start + range.lengthBytes;
      return chunksOf(object.bytes.subarray(start, end), signal);
    },
    async stat(key: string) {
      const object = objects.get(key);
      return object && { key, sizeBytes: object.bytes.length, modifiedAtMs: object.modifiedAtMs };
    },
    async delete(key: string) {
      objects.delete(key);
    },
    async *list(prefix: string) {
      for (const [key, { bytes, modifiedAtMs }] of objects) {
        if (key.startsWith(prefix)) {
          yield { key, sizeBytes: bytes.length, modifiedAtMs };
        }
      }
    },
    async removeUnfinished() {
      return 0;
    },
    async close() {
      objects.clear();
    },
  };
}

async function collect(source: ByteSource, signal: AbortSignal | undefined): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) {
    signal?.throwIfAborted();
    // A copy: the giver may use its buffer again.
    chunks.push(Buffer.from(chunk));
  }
  signal?.throwIfAborted();
  return Buffer.concat(chunks);
}

async function* chunksOf(bytes: Buffer, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const chunkBytes = 64 * 1024;
  for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
    signal?.throwIfAborted();
    yield bytes.subarray(offset, offset + chunkBytes);
  }
}
