import type { Selectable } from 'kysely';
import type { Database } from './database.ts';
import type { UploadsTable } from './schema.ts';

/** A resumable upload: going on, or done a while ago. */
export interface ResumableUpload {
  /** Also the id of the version that it becomes. */
  readonly id: string;
  readonly collectionId: string;
  readonly sessionId: string;
  readonly userName: string;
  /** undefined while the client does not know it. */
  readonly lengthBytes: number | undefined;
  /** How much is durable. */
  readonly offsetBytes: number;
  readonly metadata: string;
  /** Of the version that it became; undefined while it goes on. */
  readonly versionNumber: number | undefined;
  readonly expiresAtMs: number;
  readonly createdAtMs: number;
}

export type NewUpload = Omit<ResumableUpload, 'offsetBytes' | 'versionNumber'>;

export async function insertUpload({ query }: Database, upload: NewUpload): Promise<void> {
  await query
    .insertInto('uploads')
    .values({
      id: upload.id,
      collection_id: upload.collectionId,
      session_id: upload.sessionId,
      user_name: upload.userName,
      length_bytes: upload.lengthBytes ?? null,
      offset_bytes: 0,
      metadata: upload.metadata,
      version_number: null,
      expires_at: upload.expiresAtMs,
      created_at: upload.createdAtMs,
      updated_at: upload.createdAtMs,
    })
    .execute();
}

export async function findUpload({ query }: Database, id: string): Promise<ResumableUpload | undefined> {
  const row = await query.selectFrom('uploads').selectAll().where('id', '=', id).executeTakeFirst();
  return row && uploadOf(row);
}

export interface UploadProgress {
  readonly id: string;
  /** What the caller believes; the upload must be there still. */
  readonly fromOffsetBytes: number;
  readonly toOffsetBytes: number;
  readonly lengthBytes: number | undefined;
  readonly nowMs: number;
  readonly expiresAtMs: number;
}

/** Note that more is durable; false when another request was faster, or the upload is over. */
export async function advanceUpload({ query }: Database, progress: UploadProgress): Promise<boolean> {
  const row = await query
    .updateTable('uploads')
    .set({
      offset_bytes: progress.toOffsetBytes,
      length_bytes: progress.lengthBytes ?? null,
      updated_at: progress.nowMs,
      expires_at: progress.expiresAtMs,
    })
    .where('id', '=', progress.id)
    .where('offset_bytes', '=', progress.fromOffsetBytes)
    .where('version_number', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Note the version that an upload became; false when it is one already, or was given up. */
export async function completeUpload(
  { query }: Database,
  id: string,
  versionNumber: number,
): Promise<boolean> {
  const row = await query
    .updateTable('uploads')
    .set({ version_number: versionNumber })
    .where('id', '=', id)
    .where('version_number', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Forget an upload that did not become a version; false when it did, or is not there. */
export async function deleteUnfinishedUpload({ query }: Database, id: string): Promise<boolean> {
  const row = await query
    .deleteFrom('uploads')
    .where('id', '=', id)
    .where('version_number', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Forget uploads that became versions and that nobody asks for any more. */
export async function deleteFinishedUploads({ query }: Database, expiredBeforeMs: number): Promise<void> {
  await query
    .deleteFrom('uploads')
    .where('expires_at', '<', expiredBeforeMs)
    .where('version_number', 'is not', null)
    .execute();
}

export async function listExpiredUploads(
  { query }: Database,
  expiredBeforeMs: number,
  limit: number,
): Promise<readonly ResumableUpload[]> {
  const rows = await query
    .selectFrom('uploads')
    .selectAll()
    .where('expires_at', '<', expiredBeforeMs)
    .where('version_number', 'is', null)
    .limit(limit)
    .execute();
  return rows.map(uploadOf);
}

/** Uploads to a collection that are going on or were left, the least recently used first. */
export async function listUnfinishedUploads(
  { query }: Database,
  collectionId: string,
): Promise<readonly ResumableUpload[]> {
  const rows = await query
    .selectFrom('uploads')
    .selectAll()
    .where('collection_id', '=', collectionId)
    .where('version_number', 'is', null)
    .orderBy('updated_at')
    .execute();
  return rows.map(uploadOf);
}

function uploadOf(row: Selectable<UploadsTable>): ResumableUpload {
  return {
    id: row.id,
    collectionId: row.collection_id,
    sessionId: row.session_id,
    userName: row.user_name,
    lengthBytes: row.length_bytes ?? undefined,
    offsetBytes: row.offset_bytes,
    metadata: row.metadata,
    versionNumber: row.version_number ?? undefined,
    expiresAtMs: row.expires_at,
    createdAtMs: row.created_at,
  };
}
