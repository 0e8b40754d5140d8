import type { FastifyBaseLogger } from 'fastify';
import type { DatabaseLocation } from './config/config.ts';
import type { Database } from './database/database.ts';
import { openSqlite } from './database/sqlite.ts';

/** Open the database that is configured, and bring it to the current schema. Its driver is loaded when needed. */
export async function openDatabase(
  location: DatabaseLocation,
  logger: Pick<FastifyBaseLogger, 'warn'>,
): Promise<Database> {
  switch (location.kind) {
    case 'sqlite':
      return openSqlite(location.path);
    case 'postgres': {
      const { openPostgres } = await import('./database/postgres.ts');
      return openPostgres({
        url: location.url.reveal(),
        ignoreOriginalTables: location.ignoreOriginalTables ?? false,
        onWarning: (message) => logger.warn(message),
        onIdleError: (error) => logger.warn({ err: error }, 'a connection to the database was lost'),
      });
    }
    default:
      return location satisfies never;
  }
}
