import { Failure } from '@backup-maker/model';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { DatabaseAway } from './away.ts';
import { clocks, type Database } from './database.ts';
import { migrate } from './migrate.ts';
import { checkOriginalTables } from './original-tables.ts';
import { createPostgresPool } from './postgres-pool.ts';
import type { Schema } from './schema.ts';

export interface PostgresOptions {
  /** A connection string, with the password in it. */
  readonly url: string;
  /** Make our tables beside those of the original server. */
  readonly ignoreOriginalTables?: boolean;
  readonly onWarning?: (message: string) => void;
  /** Told of errors on idle connections, such as when the server restarts. */
  readonly onIdleError: (error: Error) => void;
}

const int8Oid = 20;

/** Nothing was asked of it yet whose effect could be unknown: a failure that says which database and why. */
function unusable(url: string, { cause }: DatabaseAway): Failure {
  const { code, message = 'no answer' } = (cause ?? {}) as {
    readonly code?: string;
    readonly message?: string;
  };
  const reason = [code, message].filter((text) => text !== undefined && text !== '').join(': ');
  return new Failure(
    'unavailable',
    `the database ${placeOf(url)} cannot be used (${reason}). Check that it runs and can be reached, and name, user and password in --db-url or --db-*`,
    { cause },
  );
}

/** Without user and password. */
function placeOf(url: string): string {
  const { host, pathname } = URL.parse(url) ?? {};
  return host === undefined ? 'of --db-url' : `${host}${pathname}`;
}

/**
 * Open a PostgreSQL database.
 * @throws Failure `conflict` when a newer version of the server wrote it; `invalid-input` when the original server did;
 *   `unavailable` when it cannot be used
 */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  const { url, onIdleError } = options;
  const pool = createPostgresPool({
    onIdleError,
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 10_000,
    // A statement that hangs, such as behind a lock of somebody else, fails rather than holds a request for ever.
    statement_timeout: 60_000,
    // The same where nothing comes back at all: a network that swallows everything.
    query_timeout: 70_000,
    keepAlive: true,
    idle_in_transaction_session_timeout: 60_000,
    application_name: 'backup-repository',
    types: { getTypeParser },
  });
  const query = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  try {
    await checkOriginalTables(query, options);
    await migrate(query);
  } catch (error) {
    await query.destroy();
    throw error instanceof DatabaseAway ? unusable(url, error) : error;
  }
  return { dialect: 'postgres', query, clock: clocks.postgres, close: () => query.destroy() };
}

/** Sizes and times are bigint columns, all below 2^53: read them as numbers. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === int8Oid && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format as 'text');
