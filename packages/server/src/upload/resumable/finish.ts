import { messages } from '@backup-maker/api';
import { Failure } from '@backup-maker/model';
import type { LeaseClaim } from '../../database/leases.ts';
import { releaseLease } from '../../database/leases.ts';
import { listParts } from '../../database/parts.ts';
import { completeUpload, type ResumableUpload } from '../../database/uploads.ts';
import { findVersion, type NewVersion, type StoredVersion } from '../../database/versions.ts';
import type { Collection } from '../../documents/collection.ts';
import type { Repository } from '../../repository.ts';
import { purgeVersion } from '../../versions/purge.ts';
import { finishInspection } from '../checked-bytes.ts';
import { commitUpload } from '../commit.ts';
import { digestSoFar, type UploadProgressState } from './progress.ts';

export interface WholeUpload {
  readonly collection: Collection;
  readonly upload: ResumableUpload;
  readonly lease: LeaseClaim;
  /** The number that it must get, where its manifest names one. */
  readonly versionNumber?: number | undefined;
  readonly state: UploadProgressState;
}

/**
 * Make a version of an upload whose bytes are all here: it keeps its id, and with it its parts and manifest.
 * @throws Failure `conflict` where it cannot get the number that it must get; it may be asked for with another one
 */
export async function finishUpload(repository: Repository, whole: WholeUpload): Promise<NewVersion> {
  const { collection, upload, lease, state, versionNumber: wanted } = whole;
  const inspection = finishInspection(state.inspector, collection.allowedKeyIds);
  const parts = await listParts(repository.database, upload.id);
  await repository.storage.sync(parts.map(({ objectKey }) => objectKey));
  const { version, rotatedOut } = await commitUpload(
    repository,
    {
      id: upload.id,
      collection,
      lease,
      sessionId: upload.sessionId,
      userName: upload.userName,
      sizeBytes: state.offsetBytes,
      sha256: digestSoFar(state),
      recipients: inspection.recipientKeyIds,
      newParts: [],
    },
    async (transaction, { versionNumber }) => {
      if (wanted !== undefined && wanted !== versionNumber) {
        throw new Failure(
          'conflict',
          `this upload would become version ${versionNumber}, not ${wanted}: another one was completed meanwhile`,
        );
      }
      if (!(await completeUpload(transaction, upload.id, versionNumber))) {
        throw new Failure('conflict', 'this upload was completed or given up by another request');
      }
    },
  );
  repository.progress.forget(upload.id);
  // The version is recorded: a lease that cannot be given back now ends by itself.
  await releaseLease(repository.database, lease.name, lease.holder).catch(() => {});
  for (const old of rotatedOut) {
    await purgeVersion(repository, old.id);
  }
  repository.metrics.uploadedBytes.inc({ collection: collection.name }, version.sizeBytes);
  repository.metrics.rotatedVersions.inc({ collection: collection.name }, rotatedOut.length);
  return version;
}

/** @throws Failure `not-found` when the version was deleted or rotated out since */
export async function findFinishedVersion(
  { database }: Repository,
  { id, collectionId }: ResumableUpload,
): Promise<StoredVersion> {
  const version = await findVersion(database, collectionId, { by: 'id', id });
  if (!version) {
    throw new Failure('not-found', messages.versionNotFound);
  }
  return version;
}
