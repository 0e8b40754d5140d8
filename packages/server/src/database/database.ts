import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from './schema.ts';

/** The metadata, in either of the databases. */
export interface Database {
  readonly dialect: 'sqlite' | 'postgres';
  readonly query: Kysely<Schema>;
  /**
   * The database's own clock in milliseconds, as an expression: the one clock that all servers share, so that
   * a lease means the same to each of them.
   */
  readonly clock: RawBuilder<number>;
  close(): Promise<void>;
}

export const clocks: Readonly<Record<Database['dialect'], RawBuilder<number>>> = {
  sqlite: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
  postgres: sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
};

/** `ms` from now, by that clock. */
export function clockPlus(clock: Database['clock'], ms: number): RawBuilder<number> {
  return sql<number>`${clock} + cast(${ms} as bigint)`;
}
