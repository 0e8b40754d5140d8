import type { Database } from './database.ts';

/** One stored object of a version. */
export interface Part {
  readonly objectKey: string;
  readonly sizeBytes: number;
  /** Hex, of the version from its beginning to the end of this part: so each byte is hashed once. */
  readonly sha256: string;
}

export async function insertPart(
  { query }: Database,
  ownerId: string,
  index: number,
  part: Part,
): Promise<void> {
  await query
    .insertInto('parts')
    .values({
      owner_id: ownerId,
      part_index: index,
      object_key: part.objectKey,
      size_bytes: part.sizeBytes,
      sha256: part.sha256,
    })
    .execute();
}

/** The parts of a version or upload, in their order. */
export async function listParts({ query }: Database, ownerId: string): Promise<readonly Part[]> {
  const rows = await query
    .selectFrom('parts')
    .selectAll()
    .where('owner_id', '=', ownerId)
    .orderBy('part_index')
    .execute();
  return rows.map((row) => ({ objectKey: row.object_key, sizeBytes: row.size_bytes, sha256: row.sha256 }));
}

export async function deleteParts({ query }: Database, ownerId: string): Promise<void> {
  await query.deleteFrom('parts').where('owner_id', '=', ownerId).execute();
}

/** Which of these objects some row still refers to. */
export async function referredObjects(
  { query }: Database,
  objectKeys: readonly string[],
): Promise<ReadonlySet<string>> {
  if (objectKeys.length === 0) {
    return new Set();
  }
  const rows = await query
    .selectFrom('parts')
    .select('object_key')
    .where('object_key', 'in', objectKeys)
    .execute();
  return new Set(rows.map((row) => row.object_key));
}

/** The index that the next part of an upload gets. */
export async function nextPartIndex({ query }: Database, ownerId: string): Promise<number> {
  const row = await query
    .selectFrom('parts')
    .select('part_index')
    .where('owner_id', '=', ownerId)
    .orderBy('part_index', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? 0 : row.part_index + 1;
}
