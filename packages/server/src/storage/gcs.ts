import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  type Bucket,
  type File,
  Storage as GoogleStorage,
  IdempotencyStrategy,
  type StorageOptions,
} from '@google-cloud/storage';
import type { StorageLocation } from '../config/storage-url.ts';
import { countSource } from './counted-source.ts';
import { missingAsContainer, missingAsUndefined, storageFailure } from './failure.ts';
import { failureFromGcs } from './gcs-failure.ts';
import { readStream } from './read-stream.ts';
import {
  assertObjectKey,
  type ByteSource,
  type GetOptions,
  type PutOptions,
  type Storage,
  type StoredObject,
} from './storage.ts';

export type GcsLocation = Extract<StorageLocation, { kind: 'gcs' }>;

/** A storage in a bucket of Google Cloud Storage. Credentials: Google's standard chain. */
export function openGcsStorage({ bucket, prefix }: GcsLocation, client: StorageOptions = {}): Storage {
  // Every call of ours may be made twice: a deletion, a reading, and a writing that insists on a new object.
  const retryOptions = { idempotencyStrategy: IdempotencyStrategy.RetryAlways };
  return new GcsStorage(new GoogleStorage({ ...client, retryOptions }).bucket(bucket), prefix);
}

const chunkBytes = 8 * 1024 ** 2;

class GcsStorage implements Storage {
  readonly name = 'gcs';
  readonly #bucket: Bucket;
  readonly #prefix: string;

  constructor(bucket: Bucket, prefix: string) {
    this.#bucket = bucket;
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
  }

  async put(key: string, source: ByteSource, { signal }: PutOptions = {}) {
    const counted = countSource(source, signal);
    // Generation 0: the object must not be there. A resumable session that is not finished leaves no object.
    const target = this.#file(key).createWriteStream({
      resumable: true,
      chunkSize: chunkBytes,
      preconditionOpts: { ifGenerationMatch: 0 },
    });
    try {
      await pipeline(Readable.from(counted.bytes, { objectMode: false }), target, {
        ...(signal ? { signal } : {}),
      });
      return { sizeBytes: counted.sizeBytes() };
    } catch (error) {
      throw counted.errorOr(missingAsContainer(failureFromGcs(error)));
    }
  }

  async sync(): Promise<void> {
    // Whatever was put is durable.
  }

  async get(key: string, { range }: GetOptions = {}): Promise<ByteSource> {
    const known = await this.stat(key);
    if (!known) {
      throw storageFailure('not-found');
    }
    const start = range?.offsetBytes ?? 0;
    const length = range?.lengthBytes ?? known.sizeBytes - start;
    return length <= 0 ? (async function* () {})() : readFile(this.#file(key), start, start + length - 1);
  }

  async stat(key: string): Promise<StoredObject | undefined> {
    try {
      const [{ size, updated }] = await this.#file(key).getMetadata();
      return { key, sizeBytes: Number(size ?? 0), modifiedAtMs: Date.parse(updated ?? '') };
    } catch (error) {
      return missingAsUndefined(failureFromGcs(error));
    }
  }

  async delete(key: string): Promise<void> {
    try {
      await this.#file(key).delete({ ignoreNotFound: true });
    } catch (error) {
      throw failureFromGcs(error);
    }
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    try {
      const files: AsyncIterable<File> = this.#bucket.getFilesStream({ prefix: this.#prefix + prefix });
      for await (const { name, metadata } of files) {
        yield {
          key: name.slice(this.#prefix.length),
          sizeBytes: Number(metadata.size ?? 0),
          modifiedAtMs: Date.parse(metadata.updated ?? ''),
        };
      }
    } catch (error) {
      throw missingAsContainer(failureFromGcs(error));
    }
  }

  /** Google drops sessions that were not finished by itself, after a week. */
  async removeUnfinished(): Promise<number> {
    return 0;
  }

  async close(): Promise<void> {}

  #file(key: string): File {
    assertObjectKey(key);
    return this.#bucket.file(this.#prefix + key);
  }
}

function readFile(file: File, start: number, end: number): ByteSource {
  // Validation is of whole objects, and the server has digests of its own.
  const stream = file.createReadStream({ start, end, validation: false, decompress: false });
  return readStream(stream, failureFromGcs);
}
