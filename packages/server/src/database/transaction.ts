import type { Database } from './database.ts';

/** Run `work` in one transaction: all of its changes are durable when this resolves, none when it rejects. */
export async function inTransaction<Result>(
  database: Database,
  work: (transaction: Database) => Promise<Result>,
): Promise<Result> {
  return database.query.transaction().execute((query) => work({ ...database, query }));
}
