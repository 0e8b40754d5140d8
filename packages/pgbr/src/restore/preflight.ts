import { statfs } from 'node:fs/promises';
import type { Connection } from '../config.ts';
import { quoteIdentifier } from '../identifier.ts';
import type { Server } from '../server.ts';
import type { Needs } from './needs.ts';

/** What is in the way of a restore; each problem is a sentence for the user. */
export type Problems = readonly string[];

const list = (names: readonly string[]): string => names.map(quoteIdentifier).join(', ');

async function names(server: Server, sql: string, values: readonly unknown[]): Promise<readonly string[]> {
  return (await server.query(sql, values)).map(({ name }) => String(name));
}

export async function isSuperuser(server: Server): Promise<boolean> {
  const [row] = await server.query('SELECT rolsuper FROM pg_roles WHERE rolname = current_user');
  return row?.rolsuper === true;
}

export function missingRoles(server: Server, needs: Needs): Promise<readonly string[]> {
  const sql =
    'SELECT name FROM unnest($1::text[]) n(name) WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)';
  return names(server, sql, [needs.roles]);
}

/** What the server lacks, but for roles. */
export async function missingParts(server: Server, needs: Needs): Promise<Problems> {
  const extensions = await names(
    server,
    'SELECT name FROM unnest($1::text[]) n(name) WHERE NOT EXISTS (SELECT FROM pg_available_extensions a WHERE a.name = n.name)',
    [needs.extensions],
  );
  const tablespaces = await names(
    server,
    "SELECT name FROM unnest($1::text[]) n(name) WHERE NOT COALESCE((SELECT has_tablespace_privilege(oid, 'CREATE') FROM pg_tablespace WHERE spcname = name), false)",
    [needs.tablespaces],
  );
  return [
    ...(extensions.length > 0
      ? [`the extensions ${list(extensions)} are not installed on the server: install their packages there`]
      : []),
    ...(tablespaces.length > 0
      ? [
          `the tablespaces ${list(tablespaces)} are missing, or the role may not use them: make them, or give --no-tablespaces after --`,
        ]
      : []),
  ];
}

/** What a role that is no superuser may not do. */
export async function missingRights(
  server: Server,
  needs: Needs,
  missing: readonly string[],
): Promise<Problems> {
  const owners = await names(
    server,
    `SELECT rolname AS name FROM pg_roles WHERE rolname = ANY($1) AND NOT pg_has_role(oid,
      CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END)`,
    [needs.owners.filter((name) => !missing.includes(name))],
  );
  const extensions = await names(
    server,
    `SELECT v.name FROM pg_available_extension_versions v JOIN pg_available_extensions a ON a.name = v.name AND a.default_version = v.version
      WHERE v.name = ANY($1) AND v.superuser AND to_jsonb(v)->>'trusted' IS DISTINCT FROM 'true'`,
    [needs.extensions],
  );
  return [
    ...(owners.length > 0
      ? [
          `objects belong to ${list(owners)}, of which the role that restores is no member: give --no-owner, or restore as a superuser`,
        ]
      : []),
    ...(extensions.length > 0 ? [`only a superuser can make the extensions ${list(extensions)}`] : []),
    ...(needs.superuser.length > 0 ? [`only a superuser can make: ${needs.superuser.join(', ')}`] : []),
  ];
}

/** What hangs on the identity of a database that is to be replaced, and would be lost with it. */
export async function targetProblems(server: Server, target: string): Promise<Problems> {
  const [database] = await server.query(
    "SELECT oid::text, pg_get_userbyid(datdba) AS owner, pg_has_role(datdba, 'USAGE') AS own FROM pg_database WHERE datname = $1",
    [target],
  );
  if (database === undefined) {
    return [];
  }
  const { oid } = database;
  const name = quoteIdentifier(target);
  const prepared = await names(server, 'SELECT gid AS name FROM pg_prepared_xacts WHERE database = $1', [
    target,
  ]);
  const slots = await names(
    server,
    'SELECT slot_name AS name FROM pg_replication_slots WHERE database = $1',
    [target],
  );
  const subscriptions = await names(
    server,
    'SELECT subname AS name FROM pg_subscription WHERE subdbid = $1::oid AND subenabled',
    [oid],
  );
  const sessions = await names(
    server,
    `SELECT DISTINCT rolname AS name FROM pg_stat_activity JOIN pg_roles r ON r.oid = usesysid WHERE datid = $1::oid AND pid <> pg_backend_pid()
      AND NOT pg_has_role(r.oid, 'USAGE') AND (rolsuper OR NOT pg_has_role('pg_signal_backend', 'USAGE'))`,
    [oid],
  );
  return [
    ...(database.own === true
      ? []
      : [
          `the database ${name} belongs to ${quoteIdentifier(String(database.owner))}: restore as that role or as a superuser`,
        ]),
    ...(sessions.length > 0
      ? [
          `sessions of ${list(sessions)} use the database ${name}, and the role that restores may not end them: end them first`,
        ]
      : []),
    ...(prepared.length > 0
      ? [
          `the database ${name} has the prepared transactions ${list(prepared)}: COMMIT PREPARED or ROLLBACK PREPARED them`,
        ]
      : []),
    ...(slots.length > 0
      ? [
          `the replication slots ${list(slots)} belong to the database ${name} and would be lost: drop them with pg_drop_replication_slot`,
        ]
      : []),
    ...(subscriptions.length > 0
      ? [
          `the database ${name} has the subscriptions ${list(subscriptions)}: ALTER SUBSCRIPTION … DISABLE them`,
        ]
      : []),
  ];
}

const localHosts = ['127.0.0.1', '::1', 'localhost'];

/** Whether both databases will fit, as far as that can be known: for a server on this machine, by the size of the old one. */
export async function spaceProblems(server: Server, { host }: Connection, target: string): Promise<Problems> {
  if (!(localHosts.includes(host) || host.startsWith('/')) || !(await isSuperuser(server))) {
    return [];
  }
  const [row] = await server.query(
    "SELECT current_setting('data_directory') AS folder, pg_database_size(oid)::float8 AS bytes FROM pg_database WHERE datname = $1",
    [target],
  );
  const folder = String(row?.folder ?? '');
  const stats = row === undefined ? undefined : await statfs(folder).catch(() => undefined);
  const [needed, free] = [
    Number(row?.bytes),
    stats === undefined ? Number.POSITIVE_INFINITY : stats.bavail * stats.bsize,
  ];
  const mib = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  return free < needed
    ? [
        `the restored database stands beside the old one for a while: that takes about ${mib(needed)}, and ${folder} has ${mib(free)}: ` +
          'make space, or give --in-place, which removes the old one first',
      ]
    : [];
}
