import { sql } from 'kysely';
import { clockPlus, type Database } from './database.ts';

export interface LoginAttempts {
  /** From one address within the current period, this one included. */
  readonly count: number;
  /** Until a new period begins, by the database's clock. */
  readonly leftMs: number;
}

/** Count an attempt to log in, of whichever server it was asked. */
export async function countLoginAttempt(
  { query, clock }: Database,
  address: string,
  periodMs: number,
): Promise<LoginAttempts> {
  const isOver = sql<boolean>`login_attempts.period_ends_at <= ${clock}`;
  const end = clockPlus(clock, periodMs);
  return query
    .insertInto('login_attempts')
    .values({ address, count: 1, period_ends_at: end })
    .onConflict((conflict) =>
      conflict.column('address').doUpdateSet({
        count: sql`case when ${isOver} then 1 else login_attempts.count + 1 end`,
        period_ends_at: sql`case when ${isOver} then ${end} else login_attempts.period_ends_at end`,
      }),
    )
    .returning(['count', sql<number>`login_attempts.period_ends_at - ${clock}`.as('leftMs')])
    .executeTakeFirstOrThrow();
}

/** Forget the addresses whose period is over. */
export async function deleteOldLoginAttempts({ query, clock }: Database): Promise<void> {
  await query.deleteFrom('login_attempts').where('period_ends_at', '<=', clock).execute();
}
