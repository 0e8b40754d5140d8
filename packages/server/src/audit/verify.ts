import { listAudit } from '../database/audit.ts';
import type { Database } from '../database/database.ts';
import { type AuditRecord, isNextInChain } from './chain.ts';

export type AuditVerdict =
  | { readonly intact: true; readonly records: number; readonly lastHash: string | undefined }
  /** The first record that does not fit: it, or the one before it, was changed, removed or put in. */
  | { readonly intact: false; readonly brokenAt: number };

const page = 1000;

/** Follow the chain of the audit log from its beginning. */
export async function verifyAudit(database: Database): Promise<AuditVerdict> {
  let previous: AuditRecord | undefined;
  for (;;) {
    const records = await listAudit(database, { afterId: previous?.id ?? 0, limit: page });
    for (const record of records) {
      if (!isNextInChain(record, previous)) {
        return { intact: false, brokenAt: record.id };
      }
      previous = record;
    }
    if (records.length < page) {
      return { intact: true, records: previous?.id ?? 0, lastHash: previous?.hash };
    }
  }
}
