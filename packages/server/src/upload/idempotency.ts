import { createHash } from 'node:crypto';
import { Failure } from '@backup-maker/model';
import type { Database } from '../database/database.ts';
import { findRecordedVersion, type StoredVersion } from '../database/versions.ts';
import type { ByteSource } from '../storage/storage.ts';

/** Whose key it is: the same one of another user, or for another collection, is another. */
export interface IdempotencyScope {
  readonly userName: string;
  readonly collection: string;
  /** `Idempotency-Key`, as the client chose it for one upload and all of its retries. */
  readonly key: string;
}

/** The id of the version that a key stands for, in the shape of every other id. */
export function versionIdOfKey({ userName, collection, key }: IdempotencyScope): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([userName, collection, key]))
    .digest('hex');
  return [8, 4, 4, 4, 12]
    .map((length, index, lengths) => {
      const start = lengths.slice(0, index).reduce((sum, one) => sum + one, 0);
      return digest.slice(start, start + length);
    })
    .join('-');
}

/**
 * The version that an earlier request with the same key made, when this one brings the same bytes: its answer was
 * lost. undefined when there was none.
 * @throws Failure `conflict` for other bytes, or when that version was deleted since
 */
export async function repeatedUpload(
  database: Database,
  versionId: string,
  source: ByteSource,
): Promise<StoredVersion | undefined> {
  const earlier = await findRecordedVersion(database, versionId);
  if (!earlier) {
    return undefined;
  }
  if (earlier.deleted) {
    throw new Failure('conflict', 'an upload with this Idempotency-Key was stored, and deleted since');
  }
  const hash = createHash('sha256');
  for await (const chunk of source) {
    hash.update(chunk);
  }
  if (hash.digest('hex') !== earlier.version.sha256) {
    throw new Failure('conflict', 'an upload with this Idempotency-Key brought other bytes');
  }
  return earlier.version;
}
