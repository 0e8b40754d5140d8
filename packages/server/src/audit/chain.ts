import { createHash } from 'node:crypto';

/** Something that somebody did, or tried to do. */
export interface AuditEvent {
  readonly atMs: number;
  /** A user name, as it was given; empty when nobody said. */
  readonly actor: string;
  readonly sessionId: string;
  readonly address: string;
  readonly action: string;
  /** Such as `collection/iwa-ait/version/3`. */
  readonly object: string;
  /** `ok`, or the code of the failure. */
  readonly result: string;
}

/** An event in its place: 1, 2, 3 …, each carrying the hash of the one before. */
export interface AuditRecord extends AuditEvent {
  readonly id: number;
  readonly previousHash: string;
  readonly hash: string;
}

/** What the first record carries. */
const genesisHash = '0'.repeat(64);

/** The record that follows `previous`. */
export function chainEvent(event: AuditEvent, previous: AuditRecord | undefined): AuditRecord {
  const id = (previous?.id ?? 0) + 1;
  const previousHash = previous?.hash ?? genesisHash;
  return { ...event, id, previousHash, hash: hashOf(event, id, previousHash) };
}

/** Does a record follow `previous`, and say what it said when it was written? */
export function isNextInChain(record: AuditRecord, previous: AuditRecord | undefined): boolean {
  const expected = chainEvent(record, previous);
  return (
    record.id === expected.id &&
    record.previousHash === expected.previousHash &&
    record.hash === expected.hash
  );
}

function hashOf(event: AuditEvent, id: number, previousHash: string): string {
  const { atMs, actor, sessionId, address, action, object, result } = event;
  // An array: JSON of an object depends on the order of its keys.
  const text = JSON.stringify([previousHash, id, atMs, actor, sessionId, address, action, object, result]);
  return createHash('sha256').update(text).digest('hex');
}
