import { releaseLease } from '../../database/leases.ts';
import { deleteManifest } from '../../database/manifests.ts';
import { deleteParts, listParts } from '../../database/parts.ts';
import { inTransaction } from '../../database/transaction.ts';
import { deleteUnfinishedUpload } from '../../database/uploads.ts';
import type { Repository } from '../../repository.ts';
import { leaseName } from '../lease.ts';

/**
 * Give up an upload that did not become a version, with everything that it left; false when it is one. Bytes
 * that cannot be removed now are the janitor's.
 */
export async function abandonUpload(
  repository: Repository,
  uploadId: string,
  collection: string,
): Promise<boolean> {
  const { database, storage, logger, progress } = repository;
  const parts = await listParts(database, uploadId);
  const deleted = await inTransaction(database, async (transaction) => {
    if (!(await deleteUnfinishedUpload(transaction, uploadId))) {
      return false;
    }
    await deleteParts(transaction, uploadId);
    await deleteManifest(transaction, uploadId);
    return true;
  });
  if (!deleted) {
    return false;
  }
  progress.forget(uploadId);
  for (const part of parts) {
    await storage.delete(part.objectKey).catch((error: unknown) => {
      logger.warn({ err: error, uploadId }, 'bytes of an upload that was given up are left to the janitor');
    });
  }
  await releaseLease(database, leaseName(collection), uploadId);
  return true;
}
