import { deleteManifest } from '../database/manifests.ts';
import { deleteParts, listParts } from '../database/parts.ts';
import { markPurged } from '../database/versions.ts';
import type { Repository } from '../repository.ts';

/**
 * Remove the bytes of a version that is marked deleted. What cannot be removed now is left to the janitor: the
 * version is gone all the same.
 */
export async function purgeVersion(
  { database, storage, logger, now }: Repository,
  versionId: string,
): Promise<boolean> {
  try {
    for (const part of await listParts(database, versionId)) {
      await storage.delete(part.objectKey);
    }
    await deleteParts(database, versionId);
    await deleteManifest(database, versionId);
    await markPurged(database, versionId, now());
    return true;
  } catch (error) {
    logger.warn({ err: error, versionId }, 'bytes of a deleted version could not be removed yet');
    return false;
  }
}
