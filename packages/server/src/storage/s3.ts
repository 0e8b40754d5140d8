import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { Failure } from '@backup-maker/model';
import type { StorageLocation } from '../config/storage-url.ts';
import { missingAsUndefined, storageFailure } from './failure.ts';
import { inParts } from './parts.ts';
import { rangeHeader } from './range-header.ts';
import { readStream } from './read-stream.ts';
import { failureFromS3, isUnexplained } from './s3-failure.ts';
import {
  assertObjectKey,
  type ByteSource,
  type GetOptions,
  type PutOptions,
  type Storage,
  type StoredObject,
} from './storage.ts';

export type S3Location = Extract<StorageLocation, { kind: 's3' }>;

/** A storage in a bucket of S3, or of something that speaks its protocol. Credentials: the standard AWS chain. */
export function openS3Storage(location: S3Location): Storage {
  const { forcePathStyle, region, endpoint } = location;
  const client = new S3Client({
    forcePathStyle,
    region: region ?? (endpoint ? regionOfOtherServer : configuredRegion),
    ...(endpoint ? customEndpoint(endpoint) : {}),
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 5,
  });
  return new S3Storage(client, location);
}

/** Not everything that speaks S3 knows the newer checksums, or bodies that end with one. */
function customEndpoint(endpoint: string) {
  return { endpoint, requestChecksumCalculation: 'WHEN_REQUIRED' } as const;
}

/** What AWS_REGION or the profile says. */
async function configuredRegion(): Promise<string> {
  const { config } = new S3Client();
  return config.region().catch((cause: unknown) => {
    throw storageFailure('other-region', { cause });
  });
}

/** Where nobody names a region, most servers that have one alone take the oldest name. */
async function regionOfOtherServer(): Promise<string> {
  return configuredRegion().catch(() => 'us-east-1');
}

const mebibyte = 1024 ** 2;

/**
 * Sizes of the parts of a multipart upload. There may be 10,000 of them: they double every 1,000, so that small
 * objects need little memory (two parts) and the largest that S3 takes still fit.
 */
function partSize(index: number): number {
  return 8 * mebibyte * 2 ** Math.min(Math.floor(index / 1000), 7);
}

class S3Storage implements Storage {
  readonly name = 's3';
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  constructor(client: S3Client, { bucket, prefix }: S3Location) {
    this.#client = client;
    this.#bucket = bucket;
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
  }

  async put(key: string, source: ByteSource, { signal }: PutOptions = {}) {
    const target = this.#object(key);
    if (await this.stat(key)) {
      throw storageFailure('conflict');
    }
    const parts = inParts(source, partSize);
    const first = await parts.next();
    const start: Buffer = first.done ? Buffer.alloc(0) : first.value;
    if (start.length < partSize(0)) {
      // inParts gives a shorter part only as the last one, and ends then: the source is known to have ended well.
      await parts.next();
      signal?.throwIfAborted();
      await this.#call(() =>
        this.#client.send(new PutObjectCommand({ ...target, Body: start }), { ...abort(signal) }),
      );
      return { sizeBytes: start.length };
    }
    return { sizeBytes: await this.#putMultipart(target, start, parts, signal) };
  }

  async sync(): Promise<void> {
    // Whatever was put is durable.
  }

  async get(key: string, { range, signal }: GetOptions = {}): Promise<ByteSource> {
    if (range?.lengthBytes === 0) {
      return this.#emptyOf(key);
    }
    const command = new GetObjectCommand({ ...this.#object(key), Range: rangeHeader(range) });
    const { Body } = await this.#call(() => this.#client.send(command, { ...abort(signal) }));
    return readStream(Body as Readable, failureFromS3);
  }

  async stat(key: string): Promise<StoredObject | undefined> {
    try {
      const head = await this.#client.send(new HeadObjectCommand(this.#object(key)));
      return { key, sizeBytes: head.ContentLength ?? 0, modifiedAtMs: head.LastModified?.getTime() ?? 0 };
    } catch (error) {
      return missingAsUndefined(await this.#explain(failureFromS3(error)));
    }
  }

  async delete(key: string): Promise<void> {
    await this.#call(() => this.#client.send(new DeleteObjectCommand(this.#object(key))));
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({
        Bucket: this.#bucket,
        Prefix: this.#prefix + prefix,
        ContinuationToken: token,
      });
      const page = await this.#call(() => this.#client.send(command));
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
        const key = Key.slice(this.#prefix.length);
        yield { key, sizeBytes: Size, modifiedAtMs: LastModified?.getTime() ?? 0 };
      }
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async removeUnfinished(olderThanMs: number): Promise<number> {
    const command = new ListMultipartUploadsCommand({ Bucket: this.#bucket, Prefix: this.#prefix });
    // One page of a thousand: what is beyond it is found at the next run.
    const { Uploads = [] } = await this.#call(() => this.#client.send(command));
    const old = Uploads.filter(({ Initiated }) => (Initiated?.getTime() ?? 0) < olderThanMs);
    for (const { Key, UploadId } of old) {
      await this.#abortMultipart({ Bucket: this.#bucket, Key, UploadId });
    }
    return old.length;
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  #object(key: string) {
    assertObjectKey(key);
    return { Bucket: this.#bucket, Key: this.#prefix + key };
  }

  /** Ask something else that fails the same way: a failed HEAD has a status, but nothing that says why. */
  async #explain(failure: Failure): Promise<Failure> {
    if (failure.code === 'not-found' || !isUnexplained(failure)) {
      return failure;
    }
    const command = new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: this.#prefix, MaxKeys: 1 });
    return this.#client.send(command).then(() => failure, failureFromS3);
  }

  async #emptyOf(key: string): Promise<ByteSource> {
    if (!(await this.stat(key))) {
      throw storageFailure('not-found');
    }
    return (async function* () {})();
  }

  async #putMultipart(
    target: { readonly Bucket: string; readonly Key: string },
    first: Buffer,
    rest: AsyncGenerator<Buffer>,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const { UploadId } = await this.#call(() => this.#client.send(new CreateMultipartUploadCommand(target)));
    const upload = { ...target, UploadId };
    try {
      const { etags, sizeBytes } = await this.#sendParts(upload, first, rest, signal);
      signal?.throwIfAborted();
      const Parts = etags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
      const complete = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } });
      await this.#call(() => this.#client.send(complete));
      return sizeBytes;
    } catch (error) {
      await this.#abortMultipart(upload);
      throw error;
    }
  }

  /** One part is sent while the next one fills. */
  async #sendParts(
    upload: { readonly Bucket: string; readonly Key: string; readonly UploadId: string | undefined },
    first: Buffer,
    rest: AsyncGenerator<Buffer>,
    signal: AbortSignal | undefined,
  ) {
    const etags: (string | undefined)[] = [];
    let sizeBytes = 0;
    const send = async (Body: Buffer) => {
      const PartNumber = etags.push(undefined);
      sizeBytes += Body.length;
      const command = new UploadPartCommand({ ...upload, PartNumber, Body });
      const { ETag } = await this.#call(() => this.#client.send(command, { ...abort(signal) }));
      etags[PartNumber - 1] = ETag;
    };
    let sending = send(first);
    // Looked at below; until then a failure must not count as unhandled.
    sending.catch(() => {});
    for await (const part of rest) {
      await sending;
      signal?.throwIfAborted();
      sending = send(part);
      sending.catch(() => {});
    }
    await sending;
    return { etags, sizeBytes };
  }

  /** What cannot be aborted now is found by `removeUnfinished`. */
  async #abortMultipart(upload: {
    readonly Bucket: string;
    readonly Key: string | undefined;
    readonly UploadId: string | undefined;
  }): Promise<void> {
    await this.#client
      .send(new AbortMultipartUploadCommand(upload as Required<typeof upload>))
      .catch(() => {});
  }

  async #call<Result>(request: () => Promise<Result>): Promise<Result> {
    try {
      return await request();
    } catch (error) {
      throw failureFromS3(error);
    }
  }
}

function abort(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal ? { abortSignal: signal } : {};
}
