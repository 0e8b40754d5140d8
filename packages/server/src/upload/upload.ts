import { randomUUID } from 'node:crypto';
import { Failure } from '@backup-maker/model';
import type { NewVersion } from '../database/versions.ts';
import type { Collection } from '../documents/collection.ts';
import type { Repository } from '../repository.ts';
import type { Authenticated } from '../sessions/authenticate.ts';
import type { ByteSource, PutOptions } from '../storage/storage.ts';
import { purgeVersion } from '../versions/purge.ts';
import { type CheckedBytes, checkBytes } from './checked-bytes.ts';
import { commitUpload, type StoredUpload } from './commit.ts';
import { repeatedUpload, versionIdOfKey } from './idempotency.ts';
import { leaseCollection } from './lease.ts';
import { newObjectKey } from './object-key.ts';
import { insistOnUpload } from './plan.ts';
import { roomFor } from './room.ts';

/** Who sends an upload, when its end does not say that it is whole. */
export interface Sender {
  /** Aborted with a Failure once the connection is closed. */
  readonly gone: AbortSignal;
  /** @throws Failure `cancelled` when the connection is closed, also when that was not read yet */
  insistOnPresence(): Promise<void>;
  /**
   * Wait until the connection has stayed open for the time to settle after the last byte.
   * @throws Failure `cancelled` when it was closed
   */
  settled(): Promise<void>;
}

export interface UploadRequest {
  readonly caller: Authenticated;
  readonly collection: Collection;
  readonly source: ByteSource;
  /** Told of each chunk of the source that is not needed any more. */
  readonly release?: ((chunk: Uint8Array) => void) | undefined;
  /** Hex, as the sender computed it; undefined when it did not say. */
  readonly expectedSha256?: string | undefined;
  /** Of the request, so that a retry is not another version; undefined when the client did not say. */
  readonly idempotencyKey?: string | undefined;
  readonly signal: AbortSignal;
  /** To be waited for before the upload is recorded; undefined when the end of the bytes is enough. */
  readonly sender?: Sender | undefined;
}

/**
 * Take a whole version in one request: allowed? lease, check while storing, record, rotate. Whatever fails, there
 * is no version, and no bytes that the janitor would not find.
 */
export async function uploadVersion(repository: Repository, request: UploadRequest): Promise<NewVersion> {
  const { collection, caller, sender } = request;
  const id = versionIdOf(request);
  const repeated = await repeatedUpload(repository.database, id, request.source);
  if (repeated) {
    return repeated;
  }
  insistOnUpload(caller.actor, collection, new Date(repository.now()));
  await using lease = await leaseCollection({
    database: repository.database,
    collection: collection.name,
    durationMs: repository.leaseMs,
  });
  const checked = checkBytes(request.source, {
    quota: await roomFor(repository, collection),
    allowedKeyIds: collection.allowedKeyIds,
    expectedSha256: request.expectedSha256,
  });
  const objectKey = newObjectKey(collection, randomUUID());
  const timeout = AbortSignal.timeout(repository.uploadTimeoutMs);
  await storeBytes(repository, objectKey, checked, {
    signal: AbortSignal.any([request.signal, lease.signal, timeout, ...(sender ? [sender.gone] : [])]),
    release: request.release,
  });
  const { sizeBytes, sha256, inspection } = checked.summary();
  const commit = async () => {
    await sender?.settled();
    const stored: StoredUpload = {
      id,
      collection,
      lease: lease.claim,
      sessionId: caller.session.id,
      userName: caller.user.name,
      sizeBytes,
      sha256,
      recipients: inspection.recipientKeyIds,
      newParts: [{ objectKey, sizeBytes, sha256 }],
    };
    // Looked at once more as the last step of the transaction: it is rolled back for a sender that left meanwhile.
    return commitUpload(repository, stored, async () => sender?.insistOnPresence());
  };
  const { version, rotatedOut } = await commit().catch(async (error: unknown) => {
    await discard(repository, objectKey, error);
    throw error;
  });
  for (const old of rotatedOut) {
    await purgeVersion(repository, old.id);
  }
  repository.metrics.uploadedBytes.inc({ collection: collection.name }, sizeBytes);
  repository.metrics.rotatedVersions.inc({ collection: collection.name }, rotatedOut.length);
  return version;
}

function versionIdOf({ caller, collection, idempotencyKey: key }: UploadRequest): string {
  return key === undefined
    ? randomUUID()
    : versionIdOfKey({ userName: caller.user.name, collection: collection.name, key });
}

async function storeBytes(
  { storage }: Repository,
  objectKey: string,
  { bytes }: CheckedBytes,
  options: PutOptions,
): Promise<void> {
  try {
    await storage.put(objectKey, bytes, options);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError') {
      throw new Failure('timeout', 'the upload took longer than the server allows', { cause: error });
    }
    throw error;
  }
}

/**
 * Remove bytes that did not become a version. Only a Failure says for sure that nothing was recorded; after any
 * other error, such as a connection lost while committing, the bytes may belong to a version: the janitor knows.
 */
async function discard({ storage, logger }: Repository, objectKey: string, error: unknown): Promise<void> {
  if (error instanceof Failure) {
    await storage.delete(objectKey).catch((cause: unknown) => {
      logger.warn({ err: cause, objectKey }, 'bytes of a refused upload are left to the janitor');
    });
  }
}
