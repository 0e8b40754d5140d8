import { sql } from 'kysely';
import type { Database } from './database.ts';

export interface TransactionOptions {
  /**
   * `now`, the default: when it resolves. `later`: with the next one that is durable at once. A killed server loses
   * nothing either way, a power cut may. SQLite alone knows the difference: PostgreSQL might lose it in its own crash.
   */
  readonly durable?: 'now' | 'later';
}

/** Run `work` in one transaction: all of its changes are there when this resolves, none when it rejects. */
export async function inTransaction<Result>(
  database: Database,
  work: (transaction: Database) => Promise<Result>,
  { durable = 'now' }: TransactionOptions = {},
): Promise<Result> {
  const run = (on: Database['query']) => on.transaction().execute((query) => work({ ...database, query }));
  if (durable === 'now' || database.dialect === 'postgres') {
    return run(database.query);
  }
  // Nobody else uses the connection between the two.
  return database.query.connection().execute(async (connection) => {
    await sql`pragma synchronous = normal`.execute(connection);
    try {
      return await run(connection);
    } finally {
      await sql`pragma synchronous = full`.execute(connection);
    }
  });
}
