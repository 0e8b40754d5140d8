import { Readable } from 'node:stream';
import { BlobServiceClient, type BlockBlobClient, type ContainerClient } from '@azure/storage-blob';
import { Failure, type Secret } from '@backup-maker/model';
import type { StorageLocation } from '../config/storage-url.ts';
import { failureFromAzure } from './azure-failure.ts';
import { countSource } from './counted-source.ts';
import { missingAsContainer, missingAsUndefined, storageFailure } from './failure.ts';
import { readStream } from './read-stream.ts';
import {
  assertObjectKey,
  type ByteSource,
  type GetOptions,
  type PutOptions,
  type Storage,
  type StoredObject,
} from './storage.ts';

export type AzureLocation = Extract<StorageLocation, { kind: 'azure' }>;

/**
 * A storage in a container of Azure Blob Storage.
 * @throws Failure `invalid-input` without a connection string
 */
export function openAzureStorage({ container, prefix, connectionString }: AzureLocation): Storage {
  if (!connectionString) {
    throw new Failure('invalid-input', 'Azure needs AZURE_STORAGE_CONNECTION_STRING in the environment');
  }
  const service = connect(connectionString);
  return new AzureStorage(service.getContainerClient(container), prefix);
}

function connect(connectionString: Secret): BlobServiceClient {
  try {
    return BlobServiceClient.fromConnectionString(connectionString.reveal());
  } catch {
    // Without the cause: it may repeat what it was given.
    throw new Failure(
      'invalid-input',
      'AZURE_STORAGE_CONNECTION_STRING is malformed: copy it from the access keys of the storage account',
    );
  }
}

const blockBytes = 8 * 1024 ** 2;
const maxBlocksAtOnce = 2;

class AzureStorage implements Storage {
  readonly name = 'azure';
  readonly #container: ContainerClient;
  readonly #prefix: string;

  constructor(container: ContainerClient, prefix: string) {
    this.#container = container;
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
  }

  async put(key: string, source: ByteSource, { signal }: PutOptions = {}) {
    const blob = this.#blob(key);
    const counted = countSource(source, signal);
    try {
      // Blocks become a blob with the last request alone; what was sent before a failure is dropped by the service.
      await blob.uploadStream(
        Readable.from(counted.bytes, { objectMode: false }),
        blockBytes,
        maxBlocksAtOnce,
        {
          conditions: { ifNoneMatch: '*' },
          ...(signal ? { abortSignal: signal } : {}),
        },
      );
      return { sizeBytes: counted.sizeBytes() };
    } catch (error) {
      throw counted.errorOr(missingAsContainer(failureFromAzure(error)));
    }
  }

  async sync(): Promise<void> {
    // Whatever was put is durable.
  }

  async get(key: string, { range, signal }: GetOptions = {}): Promise<ByteSource> {
    const blob = this.#blob(key);
    const known = await this.stat(key);
    if (!known) {
      throw storageFailure('not-found');
    }
    const offset = range?.offsetBytes ?? 0;
    const length = range?.lengthBytes ?? known.sizeBytes - offset;
    if (length <= 0) {
      return (async function* () {})();
    }
    try {
      const options = signal ? { abortSignal: signal } : {};
      const { readableStreamBody } = await blob.download(offset, length, options);
      return readStream(readableStreamBody as Readable, failureFromAzure);
    } catch (error) {
      throw failureFromAzure(error);
    }
  }

  async stat(key: string): Promise<StoredObject | undefined> {
    try {
      const { contentLength = 0, lastModified } = await this.#blob(key).getProperties();
      return { key, sizeBytes: contentLength, modifiedAtMs: lastModified?.getTime() ?? 0 };
    } catch (error) {
      return missingAsUndefined(failureFromAzure(error));
    }
  }

  async delete(key: string): Promise<void> {
    try {
      await this.#blob(key).deleteIfExists();
    } catch (error) {
      throw failureFromAzure(error);
    }
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    try {
      for await (const { name, properties } of this.#container.listBlobsFlat({
        prefix: this.#prefix + prefix,
      })) {
        yield {
          key: name.slice(this.#prefix.length),
          sizeBytes: properties.contentLength ?? 0,
          modifiedAtMs: properties.lastModified.getTime(),
        };
      }
    } catch (error) {
      throw missingAsContainer(failureFromAzure(error));
    }
  }

  /** Azure drops blocks that were not committed by itself, after a week. */
  async removeUnfinished(): Promise<number> {
    return 0;
  }

  async close(): Promise<void> {}

  #blob(key: string): BlockBlobClient {
    assertObjectKey(key);
    return this.#container.getBlockBlobClient(this.#prefix + key);
  }
}
