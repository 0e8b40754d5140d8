import { messages } from '@backup-maker/api';
import { Failure } from '@backup-maker/model';
import { type LeaseClaim, renewLease } from '../database/leases.ts';
import { insertPart, type Part } from '../database/parts.ts';
import { inTransaction } from '../database/transaction.ts';
import {
  insertVersion,
  listVersions,
  markDeleted,
  type NewVersion,
  nextVersionNumber,
  type StoredVersion,
} from '../database/versions.ts';
import { type Collection, filenameOf } from '../documents/collection.ts';
import type { Repository } from '../repository.ts';
import { overQuota } from './over-quota.ts';
import { planUpload } from './plan.ts';

/** Bytes that are durable in the storage and are to become a version. */
export interface StoredUpload {
  /** The id that the version gets. */
  readonly id: string;
  readonly collection: Collection;
  readonly lease: LeaseClaim;
  readonly sessionId: string;
  readonly userName: string;
  readonly sizeBytes: number;
  /** Hex, of all parts together. */
  readonly sha256: string;
  readonly recipients: readonly string[];
  /** Those that are not recorded yet: a resumable upload has recorded its own as they came. */
  readonly newParts: readonly Part[];
}

export interface Committed {
  readonly version: NewVersion;
  readonly rotatedOut: readonly StoredVersion[];
}

/**
 * Record a version and give up those that rotate out, in one transaction. The plan is made again here: whatever
 * changed while the bytes came in, count and quota hold for what is recorded.
 * @throws Failure `busy` when the lease was lost to somebody else, `quota-exceeded`, `retention-locked`
 */
export async function commitUpload(
  { database, now }: Repository,
  upload: StoredUpload,
  alongside: (transaction: Repository['database'], version: NewVersion) => Promise<void> = async () => {},
): Promise<Committed> {
  return inTransaction(database, async (transaction) => {
    // Locks the lease until the end of the transaction: two writers cannot be here at once.
    if (!(await renewLease(transaction, upload.lease))) {
      throw new Failure('busy', messages.parallelUpload);
    }
    const version = await newVersionOf(transaction, upload, now());
    const present = await listVersions(transaction, upload.collection.name);
    const plan = planUpload(upload.collection, present, version);
    if (version.sizeBytes > plan.quota.maxBytes) {
      throw overQuota(version.sizeBytes, plan.quota);
    }
    await insertVersion(transaction, version);
    for (const [index, part] of upload.newParts.entries()) {
      await insertPart(transaction, version.id, index, part);
    }
    await markDeleted(
      transaction,
      plan.remove.map(({ id }) => id),
      version.createdAtMs,
    );
    await alongside(transaction, version);
    return { version, rotatedOut: plan.remove };
  });
}

async function newVersionOf(
  transaction: Repository['database'],
  upload: StoredUpload,
  createdAtMs: number,
): Promise<NewVersion> {
  const versionNumber = await nextVersionNumber(transaction, upload.collection.name);
  return {
    id: upload.id,
    collectionId: upload.collection.name,
    versionNumber,
    filename: filenameOf(upload.collection, versionNumber),
    sizeBytes: upload.sizeBytes,
    sha256: upload.sha256,
    recipients: upload.recipients,
    sessionId: upload.sessionId,
    userName: upload.userName,
    createdAtMs,
  };
}
