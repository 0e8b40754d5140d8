import { Failure } from '@backup-maker/model';
import { type Kysely, sql } from 'kysely';
import { migrationTable } from './migrate.ts';
import type { Schema } from './schema.ts';

/** Of the original server, by names that nothing else is likely to have. None of ours is called so. */
const originalTables = ['uploaded_versions', 'granted_accesses'] as const;

export interface OriginalTablesOptions {
  readonly ignoreOriginalTables?: boolean;
  readonly onWarning?: (message: string) => void;
}

/**
 * Keep a server from starting empty on a database that the original server filled, because its versions would seem to
 * be lost. Once our tables are there, somebody has decided.
 * @throws Failure `invalid-input` with what to do; nothing was changed then
 */
export async function checkOriginalTables(
  query: Kysely<Schema>,
  { ignoreOriginalTables = false, onWarning }: OriginalTablesOptions,
): Promise<void> {
  const found: string[] = [];
  for (const table of originalTables) {
    if (await isThere(query, table)) {
      found.push(table);
    }
  }
  if (found.length === 0) {
    return;
  }
  const what = `the database holds the tables of the original Backup Repository server (${found.join(', ')})`;
  if (ignoreOriginalTables || (await isThere(query, migrationTable))) {
    onWarning?.(`${what}: they are left as they are, and the versions in them are not shown`);
    return;
  }
  throw new Failure(
    'invalid-input',
    `${what}. This server does not show the versions in them, so it has not started, and has changed nothing. ` +
      'Give it a database and a bucket (or prefix) of its own with --db-name and --storage-url, ' +
      'or let it make its tables beside them with --ignore-original-tables',
  );
}

/** As an unqualified name finds it, whatever the search path is. */
async function isThere(query: Kysely<Schema>, table: string): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`select to_regclass(${table}) is not null as found`.execute(
    query,
  );
  return rows[0]?.found === true;
}
