import { Failure } from '@backup-maker/model';
import pg from 'pg';
import type { Connection } from './config.ts';
import { quoteIdentifier } from './identifier.ts';

/** Restores connect here, so that the database they replace, whichever it is, has no session of theirs. */
export const technicalDatabase = 'br_empty_conn_db';

const connectTimeoutMs = 30_000;
const duplicateDatabase = '42P04';
const objectInUse = '55006';
const missingPassword =
  'it asks for a password: set PGPASSWORD, or write a line for it into ~/.pgpass or the file of PGPASSFILE (mode 600)';

/** What a restore asks of the server, beside pg_restore and psql. */
export interface Server extends AsyncDisposable {
  /** Close databases for new sessions and end those there are. Gives the names that were open. */
  close(database: string | undefined): Promise<readonly string[]>;
  /** Open them again, those that still exist. */
  open(databases: readonly string[]): Promise<void>;
}

/**
 * Connect to the technical database, made where it is missing; removed again when disposed of.
 * @throws Failure `network` where the server cannot be reached or refuses the login
 */
export async function connectServer(connection: Connection): Promise<Server> {
  await withClient(connection, connection.connectionDatabase, async (client) => {
    await client
      .query(`CREATE DATABASE ${quoteIdentifier(technicalDatabase)}`)
      .catch(ignoring(duplicateDatabase));
  });
  const client = await connect(connection, technicalDatabase);
  return {
    close: (database) => close(client, database),
    // A connection of its own: the other one was idle for as long as the restore took, and may be gone.
    open: (databases) => reopen(connection, databases),
    [Symbol.asyncDispose]: async () => {
      disconnect(client);
      await removeTechnicalDatabase(connection);
    },
  };
}

async function close(client: pg.Client, database: string | undefined): Promise<readonly string[]> {
  const { rows } = await client.query<{ datname: string }>(
    'SELECT datname FROM pg_database WHERE datallowconn AND datname <> $1 AND ($2::text IS NULL OR datname = $2)',
    [technicalDatabase, database ?? null],
  );
  const names = rows.map((row) => row.datname);
  try {
    // Closed before the sessions are ended: an application reconnects within milliseconds.
    for (const name of names) {
      await client.query(`ALTER DATABASE ${quoteIdentifier(name)} ALLOW_CONNECTIONS false`);
    }
    await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY($1) AND pid <> pg_backend_pid()',
      [names],
    );
  } catch (error) {
    // Such as a superuser's session, which only a superuser may end.
    await open(client, names);
    throw error;
  }
  return names;
}

/** @throws Failure that says how to do it by hand */
async function reopen(connection: Connection, databases: readonly string[]): Promise<void> {
  try {
    await withClient(connection, technicalDatabase, (client) => open(client, databases));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown';
    const statements = databases.map(
      (name) => `ALTER DATABASE ${quoteIdentifier(name)} ALLOW_CONNECTIONS true;`,
    );
    throw new Failure(
      'network',
      `the databases stay closed for connections (${reason}); open them with: ${statements.join(' ')}`,
      { cause },
    );
  }
}

async function open(client: pg.Client, databases: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ datname: string }>(
    'SELECT datname FROM pg_database WHERE NOT datallowconn AND datname = ANY($1)',
    [databases],
  );
  for (const { datname } of rows) {
    await client.query(`ALTER DATABASE ${quoteIdentifier(datname)} ALLOW_CONNECTIONS true`);
  }
}

async function removeTechnicalDatabase(connection: Connection): Promise<void> {
  await withClient(connection, connection.connectionDatabase, async (client) => {
    // Another restore that runs at this time still uses it; the last one removes it.
    await client
      .query(`DROP DATABASE IF EXISTS ${quoteIdentifier(technicalDatabase)}`)
      .catch(ignoring(objectInUse));
  });
}

async function withClient(
  connection: Connection,
  database: string,
  use: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = await connect(connection, database);
  try {
    await use(client);
  } finally {
    disconnect(client);
  }
}

/** Nobody waits for the server's side: one that has died never closes it, and what it was asked for is done. */
function disconnect(client: pg.Client): void {
  client.end().catch(() => {});
}

async function connect(connection: Connection, database: string): Promise<pg.Client> {
  const { host, port, user, password } = connection;
  const client = new pg.Client({
    host,
    port,
    user,
    // Called when the server asks; otherwise pg would look for one itself.
    password: password?.reveal() ?? (() => Promise.reject(new Error(missingPassword))),
    database,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: 'pgbr',
  });
  // A connection that the server ends between two queries is seen by the next query.
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (cause) {
    // Such as a password that is missing: the server would wait for it for a minute, and the process with it.
    disconnect(client);
    const reason = cause instanceof Error ? cause.message : 'unknown';
    throw new Failure('network', `cannot connect to PostgreSQL at ${host}:${port} as ${user}: ${reason}`, {
      cause,
    });
  }
}

function ignoring(sqlState: string): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof pg.DatabaseError && error.code === sqlState)) {
      throw error;
    }
  };
}
