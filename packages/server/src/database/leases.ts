import { clockPlus, type Database } from './database.ts';

export interface LeaseClaim {
  /** What is leased, such as `collection/iwa-ait`. */
  readonly name: string;
  /** Who wants it: a random id, new for every upload. */
  readonly holder: string;
  readonly durationMs: number;
}

/** Take a lease that is free, expired, or one's own already; false when somebody else holds it. */
export async function takeLease(database: Database, claim: LeaseClaim): Promise<boolean> {
  const { query, clock } = database;
  const { name, holder, durationMs } = claim;
  if (await holdsLease(database, claim)) {
    return true;
  }
  const until = clockPlus(clock, durationMs);
  const row = await query
    .insertInto('leases')
    .values({ name, holder, expires_at: until })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet({ holder, expires_at: until })
        .where((on) => on.or([on('leases.holder', '=', holder), on('leases.expires_at', '<=', clock)])),
    )
    .returning('holder')
    .executeTakeFirst();
  return row !== undefined;
}

/** Held, and so freshly that it need not be written again: each commit waits for the disk. */
async function holdsLease(
  { query, clock }: Database,
  { name, holder, durationMs }: LeaseClaim,
): Promise<boolean> {
  const row = await query
    .selectFrom('leases')
    .select('name')
    .where('name', '=', name)
    .where('holder', '=', holder)
    .where('expires_at', '>', clockPlus(clock, Math.floor(durationMs * 0.75)))
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Extend a lease by its holder, also one that expired as long as nobody else took it; false when somebody did.
 * Within a transaction this locks the lease until its end: the fence that keeps two writers from committing.
 */
export async function renewLease(
  { query, clock }: Database,
  { name, holder, durationMs }: LeaseClaim,
): Promise<boolean> {
  const row = await query
    .updateTable('leases')
    .set({ expires_at: clockPlus(clock, durationMs) })
    .where('name', '=', name)
    .where('holder', '=', holder)
    .returning('holder')
    .executeTakeFirst();
  return row !== undefined;
}

export async function releaseLease({ query }: Database, name: string, holder: string): Promise<void> {
  await query.deleteFrom('leases').where('name', '=', name).where('holder', '=', holder).execute();
}

/** Forget leases that nobody renewed for a long time; those that expired just now may still be renewed. */
export async function deleteExpiredLeases({ query, clock }: Database): Promise<void> {
  await query.deleteFrom('leases').where('expires_at', '<', clockPlus(clock, -3_600_000)).execute();
}
