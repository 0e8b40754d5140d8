import type { Selectable } from 'kysely';
import type { Database } from './database.ts';
import type { VersionIntegrityColumn, VersionsTable } from './schema.ts';

/** A version of a collection, as it is recorded. */
export interface StoredVersion {
  readonly id: string;
  readonly collectionId: string;
  readonly versionNumber: number;
  readonly filename: string;
  readonly sizeBytes: number;
  /** Hex. */
  readonly sha256: string;
  /** Long key ids. */
  readonly recipients: readonly string[];
  readonly sessionId: string;
  readonly userName: string;
  readonly integrity: VersionIntegrityColumn;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export type NewVersion = Omit<StoredVersion, 'integrity' | 'updatedAtMs'>;

export async function insertVersion({ query }: Database, version: NewVersion): Promise<void> {
  await query
    .insertInto('versions')
    .values({
      id: version.id,
      collection_id: version.collectionId,
      version_number: version.versionNumber,
      filename: version.filename,
      size_bytes: version.sizeBytes,
      sha256: version.sha256,
      recipients: JSON.stringify(version.recipients),
      session_id: version.sessionId,
      user_name: version.userName,
      integrity: 'unchecked',
      scrubbed_at: null,
      created_at: version.createdAtMs,
      updated_at: version.createdAtMs,
      deleted_at: null,
      purged_at: null,
    })
    .execute();
}

/** The number that the next version gets: numbers are never given again, also after a deletion. */
export async function nextVersionNumber({ query }: Database, collectionId: string): Promise<number> {
  const row = await query
    .selectFrom('versions')
    .select('version_number')
    .where('collection_id', '=', collectionId)
    .orderBy('version_number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return (row?.version_number ?? 0) + 1;
}

/** The versions that are there, ascending. */
export async function listVersions(
  { query }: Database,
  collectionId: string,
): Promise<readonly StoredVersion[]> {
  const rows = await query
    .selectFrom('versions')
    .selectAll()
    .where('collection_id', '=', collectionId)
    .where('deleted_at', 'is', null)
    .orderBy('version_number')
    .execute();
  return rows.map(versionOf);
}

/** How somebody names a version: by number, by id, or the latest one. */
export type VersionSelector =
  | { readonly by: 'number'; readonly number: number }
  | { readonly by: 'id'; readonly id: string }
  | { readonly by: 'latest' };

export async function findVersion(
  { query }: Database,
  collectionId: string,
  selector: VersionSelector,
): Promise<StoredVersion | undefined> {
  const present = query
    .selectFrom('versions')
    .selectAll()
    .where('collection_id', '=', collectionId)
    .where('deleted_at', 'is', null);
  const chosen =
    selector.by === 'latest'
      ? present.orderBy('version_number', 'desc').limit(1)
      : selector.by === 'id'
        ? present.where('id', '=', selector.id)
        : present.where('version_number', '=', selector.number);
  const row = await chosen.executeTakeFirst();
  return row && versionOf(row);
}

/** A version by its id, also one that was deleted. */
export async function findRecordedVersion(
  { query }: Database,
  id: string,
): Promise<{ readonly version: StoredVersion; readonly deleted: boolean } | undefined> {
  const row = await query.selectFrom('versions').selectAll().where('id', '=', id).executeTakeFirst();
  return row && { version: versionOf(row), deleted: row.deleted_at !== null };
}

/** Mark versions as deleted; those that already were stay as they are. */
export async function markDeleted({ query }: Database, ids: readonly string[], nowMs: number): Promise<void> {
  if (ids.length > 0) {
    await query
      .updateTable('versions')
      .set({ deleted_at: nowMs, updated_at: nowMs })
      .where('id', 'in', ids)
      .where('deleted_at', 'is', null)
      .execute();
  }
}

/** Deleted versions whose bytes are still there. */
export async function listUnpurged({ query }: Database, limit: number): Promise<readonly string[]> {
  const rows = await query
    .selectFrom('versions')
    .select('id')
    .where('deleted_at', 'is not', null)
    .where('purged_at', 'is', null)
    .orderBy('deleted_at')
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}

export async function markPurged({ query }: Database, id: string, nowMs: number): Promise<void> {
  await query.updateTable('versions').set({ purged_at: nowMs }).where('id', '=', id).execute();
}

/** Versions that are there and were not read since `sinceMs`, those that never were first. */
export async function listLeastRecentlyScrubbed(
  { query }: Database,
  sinceMs: number,
  limit: number,
): Promise<readonly StoredVersion[]> {
  const rows = await query
    .selectFrom('versions')
    .selectAll()
    .where('deleted_at', 'is', null)
    // For the index alone: see its migration.
    .where((on) => on('version_number', '>', on.lit(0)))
    .where((on) => on.or([on('scrubbed_at', 'is', null), on('scrubbed_at', '<', sinceMs)]))
    .orderBy((on) => on.fn.coalesce('scrubbed_at', on.lit(0)))
    .limit(limit)
    .execute();
  return rows.map(versionOf);
}

/** Note what reading a version again found; false when it was deleted meanwhile, and its bytes may be gone. */
export async function recordScrub(
  { query }: Database,
  id: string,
  integrity: VersionIntegrityColumn,
  nowMs: number,
): Promise<boolean> {
  const row = await query
    .updateTable('versions')
    .set({ integrity, scrubbed_at: nowMs })
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

function versionOf(row: Selectable<VersionsTable>): StoredVersion {
  return {
    id: row.id,
    collectionId: row.collection_id,
    versionNumber: row.version_number,
    filename: row.filename,
    sizeBytes: row.size_bytes,
    sha256: row.sha256,
    recipients: JSON.parse(row.recipients) as string[],
    sessionId: row.session_id,
    userName: row.user_name,
    integrity: row.integrity,
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
  };
}
