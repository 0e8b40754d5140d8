import { type Selectable, sql } from 'kysely';
import { type AuditEvent, type AuditRecord, chainEvent } from '../audit/chain.ts';
import type { Database } from './database.ts';
import type { AuditTable } from './schema.ts';
import { inTransaction } from './transaction.ts';

/** Of the lock that makes servers append one after the other; any number will do. */
const appendLock = 4_711_003;

/** Append to the audit log, one record after the other: the chain has neither gaps nor forks. */
export async function appendAudit(database: Database, event: AuditEvent): Promise<void> {
  await inTransaction(database, async (transaction) => {
    if (transaction.dialect === 'postgres') {
      // SQLite has one writer at a time anyway.
      await sql`select pg_advisory_xact_lock(${appendLock})`.execute(transaction.query);
    }
    await insertRecord(transaction, chainEvent(event, await lastAudit(transaction)));
  });
}

async function lastAudit({ query }: Database): Promise<AuditRecord | undefined> {
  const row = await query.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(1).executeTakeFirst();
  return row && recordOf(row);
}

async function insertRecord({ query }: Database, record: AuditRecord): Promise<void> {
  await query
    .insertInto('audit')
    .values({
      id: record.id,
      at: record.atMs,
      actor: record.actor,
      session_id: record.sessionId,
      address: record.address,
      action: record.action,
      object: record.object,
      result: record.result,
      previous_hash: record.previousHash,
      hash: record.hash,
    })
    .execute();
}

/** Records after `afterId`, ascending. */
export async function listAudit(
  { query }: Database,
  { afterId, limit }: { readonly afterId: number; readonly limit: number },
): Promise<readonly AuditRecord[]> {
  const rows = await query
    .selectFrom('audit')
    .selectAll()
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(recordOf);
}

/** The latest records before `beforeId`, newest first. */
export async function listLatestAudit(
  { query }: Database,
  { beforeId, limit }: { readonly beforeId: number | undefined; readonly limit: number },
): Promise<readonly AuditRecord[]> {
  const all = query.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(limit);
  const rows = await (beforeId === undefined ? all : all.where('id', '<', beforeId)).execute();
  return rows.map(recordOf);
}

function recordOf(row: Selectable<AuditTable>): AuditRecord {
  return {
    id: row.id,
    atMs: row.at,
    actor: row.actor,
    sessionId: row.session_id,
    address: row.address,
    action: row.action,
    object: row.object,
    result: row.result,
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}
