import { Failure, isFailure } from '@backup-maker/model';
import type { Config } from './config.ts';
import { quoteIdentifier } from './identifier.ts';
import { temporaryDatabases } from './restore/database.ts';
import { connect, type Session } from './server.ts';

type BackupConfig = Extract<Config, { operation: 'backup' }>;

/**
 * Refuse a backup that the PostgreSQL tools would make with less in it than there is, and an exit code of 0.
 * @throws Failure `conflict` that says what would be missing
 */
export async function refuseGaps(config: BackupConfig): Promise<void> {
  const { connection, database } = config;
  try {
    await using session = await connect(connection, database ?? connection.connectionDatabase);
    await (database === undefined ? refuseClosed(config, session) : refuseSubscriptions(config, session));
  } catch (error) {
    // The tool says better why it cannot connect.
    if (!isFailure(error, 'network')) {
      throw error;
    }
  }
}

/** pg_dumpall passes over databases that take no connections. */
async function refuseClosed({ extraArguments }: BackupConfig, session: Session): Promise<void> {
  if (extraArguments.some((flag) => /^(?:-[grt]|--(?:globals|roles|tablespaces)-only)$/.test(flag))) {
    return;
  }
  const rows = await session.query(
    "SELECT datname FROM pg_database WHERE (NOT datallowconn OR datconnlimit = -2) AND datname <> 'template0' ORDER BY 1",
  );
  const excluded = [...temporaryDatabases, ...excludedDatabases(extraArguments)].map(patternOf);
  const closed = rows
    .map(({ datname }) => String(datname))
    .filter((name) => !excluded.some((pattern) => pattern.test(name)));
  if (closed.length > 0) {
    throw new Failure(
      'conflict',
      `no backup was made: ${closed.map(quoteIdentifier).join(', ')} would be missing, as connections to it are not allowed: ` +
        'ALTER DATABASE … ALLOW_CONNECTIONS true, or leave it out with: -- --exclude-database=NAME',
    );
  }
}

function excludedDatabases(flags: readonly string[]): readonly string[] {
  const option = '--exclude-database';
  return flags.flatMap((flag, at) =>
    flag.startsWith(`${option}=`) ? flag.slice(option.length + 1) : flags[at - 1] === option ? flag : [],
  );
}

/** A pattern of psql, as far as names of databases need one: * and ?, capitals only within quotes. */
function patternOf(pattern: string): RegExp {
  const name = pattern.replaceAll(/"((?:[^"]|"")*)"|([^"]+)/g, (_all, quoted?: string, bare?: string) =>
    quoted === undefined
      ? escaped((bare ?? '').toLowerCase())
          .replaceAll('\\*', '.*')
          .replaceAll('\\?', '.')
      : escaped(quoted.replaceAll('""', '"')),
  );
  return new RegExp(`^${name}$`, 's');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** pg_dump passes over subscriptions when its role is no superuser, as they hold passwords. */
async function refuseSubscriptions(
  { extraArguments, connection }: BackupConfig,
  session: Session,
): Promise<void> {
  if (extraArguments.includes('--no-subscriptions')) {
    return;
  }
  const rows = await session.query(
    `SELECT subname FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) ORDER BY 1`,
  );
  if (rows.length > 0) {
    const names = rows.map(({ subname }) => quoteIdentifier(String(subname))).join(', ');
    throw new Failure(
      'conflict',
      `no backup was made: the subscriptions ${names} would be missing, as ${quoteIdentifier(connection.user)} is no superuser: ` +
        'back up as one, or leave them out with: -- --no-subscriptions',
    );
  }
}
