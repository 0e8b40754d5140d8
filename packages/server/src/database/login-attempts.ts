import { sql } from 'kysely';
import { clockPlus, type Database } from './database.ts';

export interface LoginAttempts {
  /** Within the current period. */
  readonly count: number;
  /** Until a new period begins, by the database's clock. */
  readonly leftMs: number;
}

/**
 * Count an attempt to log in that failed, of whichever server it was asked.
 * @param source an address, or an address with a user: the column is called `address`
 */
export async function countLoginAttempt(
  { query, clock }: Database,
  source: string,
  periodMs: number,
): Promise<void> {
  const isOver = sql<boolean>`login_attempts.period_ends_at <= ${clock}`;
  const end = clockPlus(clock, periodMs);
  await query
    .insertInto('login_attempts')
    .values({ address: source, count: 1, period_ends_at: end })
    .onConflict((conflict) =>
      conflict.column('address').doUpdateSet({
        count: sql`case when ${isOver} then 1 else login_attempts.count + 1 end`,
        period_ends_at: sql`case when ${isOver} then ${end} else login_attempts.period_ends_at end`,
      }),
    )
    .execute();
}

/** The attempts that were counted for a source within its current period. */
export async function findLoginAttempts({ query, clock }: Database, source: string): Promise<LoginAttempts> {
  const found = await query
    .selectFrom('login_attempts')
    .select(['count', sql<number>`period_ends_at - ${clock}`.as('leftMs')])
    .where('address', '=', source)
    .where('period_ends_at', '>', clock)
    .executeTakeFirst();
  return found ?? { count: 0, leftMs: 0 };
}

/** Forget the sources whose period is over. */
export async function deleteOldLoginAttempts({ query, clock }: Database): Promise<void> {
  await query.deleteFrom('login_attempts').where('period_ends_at', '<=', clock).execute();
}
