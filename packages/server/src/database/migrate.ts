import { Failure } from '@backup-maker/model';
import { type Kysely, Migrator } from 'kysely';
import { migrations } from './migrations.ts';
import type { Schema } from './schema.ts';

/**
 * Bring the database to the latest schema. Several servers may do so at once: one does, the others wait.
 * @throws Failure `conflict` when a newer version of the server wrote the database
 */
export async function migrate(query: Kysely<Schema>): Promise<void> {
  const migrator = new Migrator({ db: query, provider: { getMigrations: async () => migrations } });
  await refuseNewer(query);
  const { error } = await migrator.migrateToLatest();
  if (error) {
    throw Failure.from(error, 'unavailable', 'cannot bring the database to the current schema');
  }
}

export const migrationTable = 'kysely_migration';

async function refuseNewer(query: Kysely<Schema>): Promise<void> {
  const tables = await query.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === migrationTable)) {
    return;
  }
  const applied = await query
    .withTables<{ [migrationTable]: { name: string } }>()
    .selectFrom(migrationTable)
    .select('name')
    .execute();
  const unknown = applied.map(({ name }) => name).filter((name) => !Object.hasOwn(migrations, name));
  if (unknown.length > 0) {
    throw new Failure(
      'conflict',
      `the database was written by a newer version of the server (${unknown.join(', ')}). Install that version or newer`,
    );
  }
}
