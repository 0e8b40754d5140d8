import type { Database } from './database.ts';

/** Keep the client's manifest of a version or upload; an earlier one is replaced. */
export async function putManifest({ query }: Database, ownerId: string, manifest: Buffer): Promise<void> {
  const base64 = manifest.toString('base64');
  await query
    .insertInto('manifests')
    .values({ owner_id: ownerId, base64 })
    .onConflict((conflict) => conflict.column('owner_id').doUpdateSet({ base64 }))
    .execute();
}

export async function findManifest({ query }: Database, ownerId: string): Promise<Buffer | undefined> {
  const row = await query
    .selectFrom('manifests')
    .select('base64')
    .where('owner_id', '=', ownerId)
    .executeTakeFirst();
  return row && Buffer.from(row.base64, 'base64');
}

export async function deleteManifest({ query }: Database, ownerId: string): Promise<void> {
  await query.deleteFrom('manifests').where('owner_id', '=', ownerId).execute();
}
