import { type CollectionCheck, checkCollection, type HealthResult } from '@backup-maker/model';
import type { StoredVersion } from '../database/versions.ts';
import type { Collection } from '../documents/collection.ts';

/** Whether the backups of a collection are made and whole, each check with its outcome. */
export function healthOf(
  { windows, expectedEveryMs, limits }: Collection,
  versions: readonly StoredVersion[],
  nowMs: number,
): readonly HealthResult<CollectionCheck>[] {
  const { maxOneVersionBytes, maxCollectionBytes } = limits;
  const now = new Date(nowMs);
  return checkCollection({ windows, expectedEveryMs, maxOneVersionBytes, maxCollectionBytes, versions, now });
}
