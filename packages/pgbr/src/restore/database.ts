import { createHash } from 'node:crypto';
import { quoteIdentifier } from '../identifier.ts';
import { type Server, technicalDatabase } from '../server.ts';

/** Databases of these names are left out of a backup of the whole cluster. */
export const temporaryDatabases = ['br_restore_new_*', 'br_restore_old_*'] as const;

/** Names of the databases beside `target`, the same ones each time: a restore finds what an interrupted one left. */
export function temporaryNames(target: string): { readonly fresh: string; readonly old: string } {
  const hash = createHash('sha256').update(target).digest('hex').slice(0, 16);
  return { fresh: `br_restore_new_${hash}`, old: `br_restore_old_${hash}` };
}

/** Whether it is a database of ours, which goes with the restore. */
export function isTemporary(name: string): boolean {
  return name === technicalDatabase || /^br_restore_(?:new|old)_[0-9a-f]{16}$/.test(name);
}

const terminateSql =
  'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datid = (SELECT oid FROM pg_database WHERE datname = $1) AND pid <> pg_backend_pid()';

export async function endSessions(server: Pick<Server, 'query'>, database: string): Promise<void> {
  await server.query(terminateSql, [database]);
}

/** Remove a database with its sessions, a template, too. Gives whether it was there. */
export async function dropDatabase(server: Server, name: string): Promise<boolean> {
  const [database] = await server.query(
    `SELECT datistemplate AS template,
      EXISTS (SELECT FROM pg_subscription WHERE subdbid = d.oid) AS subscriptions FROM pg_database d WHERE datname = $1`,
    [name],
  );
  if (database === undefined) {
    return false;
  }
  if (database.template === true) {
    await server.query(`ALTER DATABASE ${quoteIdentifier(name)} IS_TEMPLATE false`);
  }
  if (database.subscriptions === true) {
    await dropSubscriptions(server, name);
  }
  // WITH (FORCE) would do both, but for PostgreSQL 12 and older.
  await server.query(`ALTER DATABASE ${quoteIdentifier(name)} ALLOW_CONNECTIONS false`);
  await endSessions(server, name);
  await server.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`);
  return true;
}

/** Without their slots on the publisher, which those of the restored database go on with. */
async function dropSubscriptions(server: Server, database: string): Promise<void> {
  await using session = await server.connect(database);
  const rows = await session.query(
    'SELECT subname FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())',
  );
  for (const { subname } of rows) {
    const name = quoteIdentifier(String(subname));
    await session.query(`ALTER SUBSCRIPTION ${name} DISABLE`);
    await session.query(`ALTER SUBSCRIPTION ${name} SET (slot_name = NONE)`);
    await session.query(`DROP SUBSCRIPTION ${name}`);
  }
}
