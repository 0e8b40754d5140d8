import type { OperationsScope } from '@backup-maker/api';
import type { Selectable } from 'kysely';
import type { Database } from './database.ts';
import type { SessionsTable } from './schema.ts';

/** A token that was given to somebody, as it is recorded. */
export interface Session {
  /** Hex SHA-256 of the token. */
  readonly id: string;
  readonly userName: string;
  /** undefined when the user's own password was used. */
  readonly accessKeyName: string | undefined;
  readonly scope: OperationsScope | undefined;
  readonly description: string;
  readonly requesterAddress: string;
  readonly expiresAtMs: number;
  readonly deactivated: boolean;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export type NewSession = Omit<Session, 'deactivated' | 'updatedAtMs'>;

export async function insertSession({ query }: Database, session: NewSession): Promise<void> {
  await query
    .insertInto('sessions')
    .values({
      id: session.id,
      user_name: session.userName,
      access_key_name: session.accessKeyName ?? '',
      operations_scope: session.scope ? JSON.stringify(session.scope) : null,
      description: session.description,
      requester_ip: session.requesterAddress,
      expires_at: session.expiresAtMs,
      deactivated: 0,
      created_at: session.createdAtMs,
      updated_at: session.createdAtMs,
    })
    .execute();
}

export async function findSession({ query }: Database, id: string): Promise<Session | undefined> {
  const row = await query.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();
  return row && sessionOf(row);
}

/** Sessions of a user, newest first. */
export async function listSessions(
  { query }: Database,
  userName: string,
  limit: number,
): Promise<readonly Session[]> {
  const rows = await query
    .selectFrom('sessions')
    .selectAll()
    .where('user_name', '=', userName)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(sessionOf);
}

/** End a session; its row stays for audit. */
export async function deactivateSession({ query }: Database, id: string, nowMs: number): Promise<void> {
  await query
    .updateTable('sessions')
    .set({ deactivated: 1, updated_at: nowMs })
    .where('id', '=', id)
    .execute();
}

function sessionOf(row: Selectable<SessionsTable>): Session {
  return {
    id: row.id,
    userName: row.user_name,
    accessKeyName: row.access_key_name === '' ? undefined : row.access_key_name,
    scope: row.operations_scope === null ? undefined : (JSON.parse(row.operations_scope) as OperationsScope),
    description: row.description,
    requesterAddress: row.requester_ip,
    expiresAtMs: row.expires_at,
    deactivated: row.deactivated === 1,
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
  };
}
