import { Failure } from '@backup-maker/model';
import pg from 'pg';
import type { Connection } from './config.ts';
import { quoteIdentifier } from './identifier.ts';
import { sessionOptions, sessionStatement } from './session.ts';

/** Restores connect here, so that the database they replace, whichever it is, has no session of theirs. */
export const technicalDatabase = 'br_empty_conn_db';

const connectTimeoutMs = 30_000;
const duplicateDatabase = '42P04';
const objectInUse = '55006';
const insufficientPrivilege = '42501';
const missingPassword =
  'it asks for a password: set PGPASSWORD, or write a line for it into ~/.pgpass or the file of PGPASSFILE (mode 600)';

export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** A connection to one database. */
export interface Session extends AsyncDisposable {
  /** Run SQL; several statements where there are no values. */
  query(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  readonly isOpen: boolean;
}

/** What a restore asks of the server, beside pg_restore and psql. */
export interface Server extends AsyncDisposable {
  /** In the technical database. */
  query(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** A session of its own, in the technical database where none is named. */
  connect(database?: string): Promise<Session>;
  /** SQL for the very end: what changes how this role logs in, for there are logins until then. */
  atEnd(statements: readonly string[]): void;
}

/**
 * Connect to the technical database, made where it is missing; removed again when disposed of.
 * @throws Failure `network` where the server cannot be reached or refuses the login, `conflict` where no database can
 *   be made
 */
export async function connectServer(connection: Connection): Promise<Server> {
  await makeTechnicalDatabase(connection);
  let session = await connect(connection, technicalDatabase);
  let last: readonly string[] = [];
  return {
    query: async (sql, values) => {
      // It was idle for as long as a database took, and may be gone.
      session = session.isOpen ? session : await connect(connection, technicalDatabase);
      return session.query(sql, values);
    },
    connect: (database = technicalDatabase) => connect(connection, database),
    atEnd: (statements) => {
      last = statements;
    },
    [Symbol.asyncDispose]: async () => {
      await session[Symbol.asyncDispose]();
      await leave(connection, last);
    },
  };
}

async function makeTechnicalDatabase(connection: Connection): Promise<void> {
  await using session = await connect(connection, connection.connectionDatabase);
  const [role] = await session.query(
    'SELECT rolsuper OR rolcreatedb AS may, pg_is_in_recovery() AS standby FROM pg_roles WHERE rolname = current_user',
  );
  if (role?.standby === true) {
    throw new Failure('conflict', 'nothing was changed: the server is a standby; restore on its primary');
  }
  if (role?.may !== true) {
    throw new Failure(
      'conflict',
      `nothing was changed: the role ${quoteIdentifier(connection.user)} may not make databases, which a restore needs: ` +
        `ALTER ROLE ${quoteIdentifier(connection.user)} CREATEDB, or restore as another role`,
    );
  }
  // Of template0: somebody's session in template1 would be in the way.
  await session
    .query(`CREATE DATABASE ${quoteIdentifier(technicalDatabase)} TEMPLATE template0`)
    .catch(ignoring(duplicateDatabase));
}

async function leave(connection: Connection, statements: readonly string[]): Promise<void> {
  await using session = await connect(connection, connection.connectionDatabase);
  // Another restore that runs at this time still uses it, and removes it where it was its own.
  await session
    .query(`DROP DATABASE IF EXISTS ${quoteIdentifier(technicalDatabase)}`)
    .catch(ignoring(objectInUse, insufficientPrivilege));
  for (const statement of statements) {
    await session.query(statement);
  }
}

/** @throws Failure `network` */
export async function connect(connection: Connection, database: string): Promise<Session> {
  const { host, port, user, password } = connection;
  const client = new pg.Client({
    host,
    port,
    user,
    // Called when the server asks; otherwise pg would look for one itself.
    password: password?.reveal() ?? (() => Promise.reject(new Error(missingPassword))),
    database,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    application_name: 'pgbr',
    // Given, so that PGOPTIONS of the user is not.
    options: sessionOptions,
  });
  let isOpen = true;
  // A connection that the server ends between two queries is seen here.
  client.on('error', () => {
    isOpen = false;
  });
  const query = async (sql: string, values?: readonly unknown[]): Promise<readonly Row[]> =>
    (await client.query<Record<string, Row[string]>>(sql, values && [...values])).rows ?? [];
  try {
    await client.connect();
    await query(sessionStatement);
  } catch (cause) {
    // Such as a password that is missing: the server would wait for it for a minute, and the process with it.
    disconnect(client);
    const reason = cause instanceof Error ? cause.message : 'unknown';
    throw new Failure('network', `cannot connect to PostgreSQL at ${host}:${port} as ${user}: ${reason}`, {
      cause,
    });
  }
  return {
    query,
    get isOpen() {
      return isOpen;
    },
    [Symbol.asyncDispose]: async () => disconnect(client),
  };
}

/** Nobody waits for the server's side: one that has died never closes it, and what it was asked for is done. */
function disconnect(client: pg.Client): void {
  client.end().catch(() => {});
}

function ignoring(...sqlStates: readonly string[]): (error: unknown) => readonly Row[] {
  return (error) => {
    if (error instanceof pg.DatabaseError && sqlStates.includes(error.code ?? '')) {
      return [];
    }
    throw error;
  };
}
