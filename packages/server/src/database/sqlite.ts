import { chmodSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Kysely, type SqliteDatabase, SqliteDialect } from 'kysely';
import { clocks, type Database } from './database.ts';
import { migrate } from './migrate.ts';
import type { Schema } from './schema.ts';

/**
 * Open, and make where it is missing, an SQLite database. `:memory:` is one that ends with the process.
 * @throws Failure `conflict` when a newer version of the server wrote it
 */
export async function openSqlite(path: string): Promise<Database> {
  if (path !== ':memory:') {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  }
  const connection = new DatabaseSync(path);
  if (path !== ':memory:') {
    chmodSync(path, 0o600);
  }
  // FULL: a commit that was answered survives a power cut, also in WAL mode.
  connection.exec(`
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma foreign_keys = on;
    pragma busy_timeout = 10000;
  `);
  const query = new Kysely<Schema>({
    dialect: new SqliteDialect({ database: asKyselyDatabase(connection) }),
  });
  await migrate(query);
  return { dialect: 'sqlite', query, clock: clocks.sqlite, close: () => query.destroy() };
}

/** Statements are prepared once: the same few hundred texts come again and again. */
const maxStatements = 500;

/** node:sqlite in the shape that Kysely's SQLite dialect expects of a driver. */
function asKyselyDatabase(connection: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, ReturnType<SqliteDatabase['prepare']>>();
  const prepare = (text: string) => {
    const statement = connection.prepare(text);
    return {
      reader: statement.columns().length > 0,
      all: (parameters: readonly unknown[]) => statement.all(...(parameters as SQLInputValue[])),
      run: (parameters: readonly unknown[]) => statement.run(...(parameters as SQLInputValue[])),
      iterate: (parameters: readonly unknown[]) => statement.iterate(...(parameters as SQLInputValue[])),
    };
  };
  return {
    close: () => connection.close(),
    prepare: (text) => {
      // A transaction that begins as a reader and then writes could fail half-way when another process writes.
      const actual = text === 'begin' ? 'begin immediate' : text;
      const known = statements.get(actual) ?? prepare(actual);
      if (statements.size < maxStatements) {
        statements.set(actual, known);
      }
      return known;
    },
  };
}
