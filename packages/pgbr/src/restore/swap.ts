import { quoteIdentifier } from '../identifier.ts';
import type { Server, Session } from '../server.ts';
import { dropDatabase, endSessions, temporaryNames } from './database.ts';
import type { Target } from './targets.ts';

/** How often sessions are ended while the server waits for them to go, which it does for five seconds. */
const endSessionsEveryMs = 100;
const attempts = 6;

export interface Swap {
  readonly targets: readonly Target[];
  /** About roles and tablespaces. */
  readonly globals: readonly string[];
}

/**
 * Put the restored databases in the places of the old ones, all of them in one transaction: whatever happens, either
 * all are there or none. Sessions of the old ones end here. New ones wait for the transaction, as a rename locks the
 * database.
 */
export async function swap(server: Server, { targets, globals }: Swap): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await using session = await server.connect();
    try {
      await session.query('BEGIN');
      for (const target of targets) {
        await place(server, session, target);
      }
      for (const statement of [...globals, ...targets.flatMap(({ statements }) => statements)]) {
        await session.query(statement);
      }
      await session.query('COMMIT');
      return;
    } catch (error) {
      await session.query('ROLLBACK').catch(() => {});
      // Somebody was faster than the lock.
      if (!(isInUse(error) && attempt < attempts)) {
        throw error;
      }
    }
  }
}

async function place(server: Server, session: Session, { name, location }: Target): Promise<void> {
  if (location !== name) {
    const [old] = await session.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (old !== undefined) {
      await rename(server, session, name, temporaryNames(name).old);
    }
    await rename(server, session, location, name);
  }
  await session.query(`ALTER DATABASE ${quoteIdentifier(name)} CONNECTION LIMIT -1`);
}

async function rename(server: Server, session: Session, from: string, to: string): Promise<void> {
  // By another session: this one waits in the rename. Errors are those of the rename, too.
  const end = (): void => void endSessions(server, from).catch(() => {});
  await endSessions(server, from);
  const timer = setInterval(end, endSessionsEveryMs);
  try {
    await session.query(`ALTER DATABASE ${quoteIdentifier(from)} RENAME TO ${quoteIdentifier(to)}`);
  } finally {
    clearInterval(timer);
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '55006';
}

/** The old databases go after the swap. What cannot be removed is named, and removed by the next restore. */
export async function removeOld(
  server: Server,
  targets: readonly Target[],
  warn: (message: string) => void,
): Promise<void> {
  for (const { name } of targets) {
    const { old } = temporaryNames(name);
    await dropDatabase(server, old).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : 'unknown';
      warn(
        `the old database stays as ${quoteIdentifier(old)}: ${reason}; the next restore removes it, or DROP DATABASE`,
      );
    });
  }
}
