import type { QuotaDecision } from '@backup-maker/model';
import { listVersions, nextVersionNumber } from '../database/versions.ts';
import type { Collection } from '../documents/collection.ts';
import type { Repository } from '../repository.ts';
import { planUpload } from './plan.ts';

/**
 * What a collection has room for at the moment.
 * @throws Failure `retention-locked` when it has none for another version
 */
export async function roomFor({ database, now }: Repository, collection: Collection): Promise<QuotaDecision> {
  const versions = await listVersions(database, collection.name);
  const versionNumber = await nextVersionNumber(database, collection.name);
  return planUpload(collection, versions, { versionNumber, createdAtMs: now(), sizeBytes: 0 }).quota;
}
