import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { DatabaseAway } from './away.ts';

export interface PostgresPoolOptions extends pg.PoolConfig {
  /** Told of errors on idle connections, such as when the server restarts. */
  readonly onIdleError: (error: Error) => void;
}

/** Connections for Kysely. One that broke fails the statement that was on its way as `DatabaseAway`, and is not used again. */
export function createPostgresPool({ onIdleError, ...config }: PostgresPoolOptions): PostgresPool {
  const pool = new pg.Pool(config);
  pool.on('error', onIdleError);
  return {
    async connect() {
      try {
        return guarded(await pool.connect());
      } catch (error) {
        throw new DatabaseAway(error);
      }
    },
    end: () => pool.end(),
  };
}

function guarded(client: pg.PoolClient): PostgresPoolClient {
  let broken = false;
  // Nobody else listens between two statements of a transaction, and an error that nobody hears ends the process.
  const onError = () => {
    broken = true;
  };
  client.on('error', onError);
  return {
    // Kysely also knows cursors, which nobody asks for here.
    query: (async (statement: string, parameters: unknown[]) => {
      try {
        return await client.query(statement, parameters);
      } catch (error) {
        broken ||= !(error instanceof pg.DatabaseError);
        throw isAway(error) ? new DatabaseAway(error) : error;
      }
    }) as unknown as PostgresPoolClient['query'],
    release() {
      client.off('error', onError);
      client.release(broken);
    },
  };
}

/**
 * Classes of SQLSTATE that say nothing of the statement (PostgreSQL manual, appendix A): broken connections, a
 * transaction that was rolled back for another one, no resources, an operator's intervention.
 */
const awayClasses: readonly string[] = ['08', '40', '53', '57'];

function isAway(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || awayClasses.includes(error.code?.slice(0, 2) ?? '');
}
