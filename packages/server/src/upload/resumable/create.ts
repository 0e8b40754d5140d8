import { randomUUID } from 'node:crypto';
import { Failure } from '@backup-maker/model';
import { insertUpload, listUnfinishedUploads, type NewUpload } from '../../database/uploads.ts';
import type { Collection } from '../../documents/collection.ts';
import type { Repository } from '../../repository.ts';
import type { Authenticated } from '../../sessions/authenticate.ts';
import { leaseCollection } from '../lease.ts';
import { overQuota } from '../over-quota.ts';
import { insistOnUpload } from '../plan.ts';
import { roomFor } from '../room.ts';
import { abandonUpload } from './abandon.ts';

export interface UploadOrder {
  readonly caller: Authenticated;
  readonly collection: Collection;
  /** undefined while the client does not know it. */
  readonly lengthBytes: number | undefined;
  readonly metadata: string;
}

/**
 * Begin a resumable upload: the same checks as for any other, and the lease, which stays with the upload while
 * its requests follow each other.
 */
export async function createUpload(repository: Repository, order: UploadOrder): Promise<NewUpload> {
  const { caller, collection, lengthBytes } = order;
  insistOnUpload(caller.actor, collection, new Date(repository.now()));
  const id = randomUUID();
  let created = false;
  await using _lease = await leaseCollection({
    database: repository.database,
    collection: collection.name,
    durationMs: repository.resumableLeaseMs,
    holder: id,
    keep: () => created,
  });
  const quota = await roomFor(repository, collection);
  if (lengthBytes !== undefined && lengthBytes > quota.maxBytes) {
    throw overQuota(lengthBytes, quota);
  }
  await makeRoomForUnfinished(repository, collection);
  const nowMs = repository.now();
  const upload: NewUpload = {
    id,
    collectionId: collection.name,
    sessionId: caller.session.id,
    userName: caller.user.name,
    lengthBytes,
    metadata: order.metadata,
    expiresAtMs: nowMs + repository.uploadTimeoutMs,
    createdAtMs: nowMs,
  };
  await insertUpload(repository.database, upload);
  created = true;
  return upload;
}

/** More unfinished uploads than a collection of people needs; only somebody who fills the storage has them. */
const maxUnfinished = 20;

/**
 * Bytes of uploads that nobody finishes are not in the quota: give up the least recently used ones when they are
 * more than the collection may hold itself, so that junk is bounded too.
 */
async function makeRoomForUnfinished(repository: Repository, collection: Collection): Promise<void> {
  const unfinished = await listUnfinishedUploads(repository.database, collection.name);
  let bytes = unfinished.reduce((sum, upload) => sum + upload.offsetBytes, 0);
  let count = unfinished.length;
  for (const upload of unfinished) {
    if (bytes <= collection.limits.maxCollectionBytes && count < maxUnfinished) {
      return;
    }
    await abandonUpload(repository, upload.id, collection.name);
    bytes -= upload.offsetBytes;
    count -= 1;
  }
  if (count >= maxUnfinished) {
    throw new Failure('busy', 'too many unfinished uploads to this collection');
  }
}
