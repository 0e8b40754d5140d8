import type { Database } from './database.ts';

/** The id of this installation: made by whichever server is first on an empty database, and kept for good. */
export async function installationId({ query }: Database, newId: () => string): Promise<string> {
  await query
    .insertInto('installation')
    .values({ id: 1, installation_id: newId() })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  const row = await query.selectFrom('installation').select('installation_id').executeTakeFirstOrThrow();
  return row.installation_id;
}
