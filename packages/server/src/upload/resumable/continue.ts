import { randomUUID } from 'node:crypto';
import { Failure, type FailureCode } from '@backup-maker/model';
import type { Database } from '../../database/database.ts';
import { insertPart, nextPartIndex, type Part } from '../../database/parts.ts';
import { inTransaction } from '../../database/transaction.ts';
import { advanceUpload, type ResumableUpload } from '../../database/uploads.ts';
import type { NewVersion, StoredVersion } from '../../database/versions.ts';
import type { Collection } from '../../documents/collection.ts';
import type { Repository } from '../../repository.ts';
import type { ByteSource } from '../../storage/storage.ts';
import { type CollectionLease, leaseCollection } from '../lease.ts';
import { newObjectKey } from '../object-key.ts';
import { overQuota } from '../over-quota.ts';
import { roomFor } from '../room.ts';
import { abandonUpload } from './abandon.ts';
import type { Checksum } from './checksum.ts';
import { findFinishedVersion, finishUpload } from './finish.ts';
import { absorb, digestSoFar, type UploadProgressState } from './progress.ts';

export interface UploadContinuation {
  readonly collection: Collection;
  readonly upload: ResumableUpload;
  /** Where the client believes that it is. */
  readonly offsetBytes: number;
  /** Told with the creation, or now. */
  readonly lengthBytes: number | undefined;
  /** Where it becomes a version, the number that it must get. */
  readonly versionNumber?: number | undefined;
  readonly source: ByteSource;
  /** Told of each chunk of the source that is not needed any more. */
  readonly release?: ((chunk: Uint8Array) => void) | undefined;
  /** The client said that it sends nothing: it tells the length, or asks for the end. */
  readonly isEmpty: boolean;
  /** Of these bytes. */
  readonly checksum: Checksum | undefined;
  readonly signal: AbortSignal;
}

export interface ContinuedUpload {
  readonly offsetBytes: number;
  /** Once the upload is whole. */
  readonly version: NewVersion | StoredVersion | undefined;
}

/** What can never become a version, however often it is sent again. */
const finalRefusals: readonly FailureCode[] = ['not-openpgp', 'quota-exceeded', 'encryption', 'integrity'];

/**
 * Take more bytes of an upload, and record the version with the last of them. What arrived before a connection
 * broke is kept; what is refused for good ends the upload.
 */
export async function continueUpload(
  repository: Repository,
  request: UploadContinuation,
): Promise<ContinuedUpload> {
  const { upload, collection } = request;
  if (upload.versionNumber !== undefined) {
    return repeatLast(repository, request);
  }
  insistOnOffset(request);
  await using lease = await leaseCollection({
    database: repository.database,
    collection: collection.name,
    durationMs: repository.resumableLeaseMs,
    holder: upload.id,
    keep: () => true,
  });
  try {
    return await repository.progress.use(upload.id, upload.offsetBytes, (state) =>
      takeBytes(repository, request, lease, state),
    );
  } catch (error) {
    if (error instanceof Failure && finalRefusals.includes(error.code) && !isWrongChecksum(error)) {
      await abandonUpload(repository, upload.id, collection.name);
    }
    throw error;
  }
}

/** The bytes of that request are dropped and may come again. */
function isWrongChecksum({ details }: Failure): boolean {
  return details.tusStatus !== undefined;
}

/** The answer to the last request was lost and it comes again: the same answer. Other bytes are another upload. */
async function repeatLast(repository: Repository, request: UploadContinuation): Promise<ContinuedUpload> {
  insistOnOffset(request);
  for await (const chunk of request.source) {
    if (chunk.length > 0) {
      throw new Failure('conflict', 'this upload is complete already');
    }
  }
  const version = await findFinishedVersion(repository, request.upload);
  return { offsetBytes: request.upload.offsetBytes, version };
}

function insistOnOffset({ upload, offsetBytes, lengthBytes }: UploadContinuation): void {
  if (offsetBytes !== upload.offsetBytes) {
    throw new Failure(
      'conflict',
      `Upload-Offset is ${offsetBytes}, but ${upload.offsetBytes} bytes are here`,
      { details: { offsetBytes: upload.offsetBytes } },
    );
  }
  const known = upload.lengthBytes;
  if (
    lengthBytes !== undefined &&
    (lengthBytes < upload.offsetBytes || (known ?? lengthBytes) !== lengthBytes)
  ) {
    throw new Failure('conflict', `Upload-Length ${lengthBytes} contradicts what was sent before`);
  }
}

async function takeBytes(
  repository: Repository,
  request: UploadContinuation,
  lease: CollectionLease,
  state: UploadProgressState,
): Promise<ContinuedUpload> {
  const lengthBytes = request.lengthBytes ?? request.upload.lengthBytes;
  const part = request.isEmpty ? undefined : await storePart(repository, request, lease, state);
  await recordProgress(repository, request, part);
  const offsetBytes = request.upload.offsetBytes + (part?.sizeBytes ?? 0);
  if (offsetBytes !== lengthBytes) {
    return { offsetBytes, version: undefined };
  }
  const version = await finishUpload(repository, { ...request, lease: lease.claim, state });
  return { offsetBytes, version };
}

async function storePart(
  repository: Repository,
  { collection, upload, lengthBytes, source, release, checksum, signal }: UploadContinuation,
  lease: CollectionLease,
  state: UploadProgressState,
): Promise<Part> {
  const objectKey = newObjectKey(collection, upload.id, `.${randomUUID()}`);
  const quota = await roomFor(repository, collection);
  const declared = lengthBytes ?? upload.lengthBytes ?? Number.POSITIVE_INFINITY;
  let sizeBytes = 0;
  async function* checked(): ByteSource {
    for await (const chunk of untilInterrupted(source, checksum !== undefined)) {
      if (state.offsetBytes + chunk.length > quota.maxBytes) {
        throw overQuota(state.offsetBytes + chunk.length, quota);
      }
      if (state.offsetBytes + chunk.length > declared) {
        throw new Failure(
          'invalid-input',
          `more was sent than the ${declared} bytes that Upload-Length tells`,
        );
      }
      absorb(state, chunk);
      checksum?.update(chunk);
      sizeBytes += chunk.length;
      yield chunk;
    }
    checksum?.verify();
  }
  // Durable before the version is: what a power cut takes from an unfinished upload shows when it goes on.
  await repository.storage.put(objectKey, checked(), {
    signal: AbortSignal.any([signal, lease.signal]),
    durable: 'later',
    release,
  });
  return { objectKey, sizeBytes, sha256: digestSoFar(state) };
}

/** A connection that breaks ends the part, not the upload; with a checksum the part cannot be checked, and is dropped. */
async function* untilInterrupted(source: ByteSource, wholeOnly: boolean): ByteSource {
  try {
    yield* source;
  } catch (error) {
    if (wholeOnly || !(error instanceof Failure && error.code === 'cancelled')) {
      throw error;
    }
  }
}

async function recordProgress(
  { database, storage, now, uploadTimeoutMs }: Repository,
  { upload, lengthBytes }: UploadContinuation,
  part: Part | undefined,
): Promise<void> {
  const nowMs = now();
  const advance = async (transaction: Database): Promise<boolean> => {
    const advanced = await advanceUpload(transaction, {
      id: upload.id,
      fromOffsetBytes: upload.offsetBytes,
      toOffsetBytes: upload.offsetBytes + (part?.sizeBytes ?? 0),
      lengthBytes: lengthBytes ?? upload.lengthBytes,
      nowMs,
      expiresAtMs: nowMs + uploadTimeoutMs,
    });
    if (advanced && part && part.sizeBytes > 0) {
      await insertPart(transaction, upload.id, await nextPartIndex(transaction, upload.id), part);
    }
    return advanced;
  };
  // As the part itself: durable before the version is.
  const recorded = await inTransaction(database, advance, { durable: 'later' });
  if (part && (!recorded || part.sizeBytes === 0)) {
    await storage.delete(part.objectKey);
  }
  if (!recorded) {
    throw new Failure('conflict', 'another request sent these bytes, or the upload was given up');
  }
}
