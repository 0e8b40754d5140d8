import { chmodSync } from 'node:fs';
import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Failure } from '@backup-maker/model';

/** Of SQLite: somebody else holds the lock. */
const sqliteBusy = 5;

/**
 * Have an SQLite database for this process alone until disposed of: a second server would write into the same files.
 *
 * The lock is SQLite's own, on an empty database beside the real one: it ends with the process, however that ends, and
 * knows no process ids, which repeat in containers. Beside it stands in plain text who has it, for the message alone.
 * @throws Failure `invalid-input` that names the process that has it
 */
export async function claimSqlite(path: string): Promise<Disposable> {
  if (path === ':memory:') {
    return { [Symbol.dispose]: () => {} };
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  // By whichever name it was given: a link to a database is that database.
  const file = await realpath(path).catch(() => path);
  const lock = takeLock(`${file}.lock`);
  if (lock === undefined) {
    throw inUse(file, await readFile(`${file}.owner`, 'utf8').catch(() => ''));
  }
  try {
    const owner = `process ${process.pid} on ${hostname()} since ${new Date().toISOString()}`;
    await writeFile(`${file}.owner`, owner, { mode: 0o600 });
  } catch (error) {
    lock.close();
    throw error;
  }
  return { [Symbol.dispose]: () => lock.close() };
}

/** Gives nothing when another process has it. */
function takeLock(file: string): DatabaseSync | undefined {
  const connection = new DatabaseSync(file, { timeout: 0 });
  try {
    chmodSync(file, 0o600);
    // Never ended: what it locks is free again when the connection is closed.
    connection.exec('begin immediate');
    return connection;
  } catch (error) {
    connection.close();
    if ((error as { readonly errcode?: number }).errcode === sqliteBusy) {
      return undefined;
    }
    throw error;
  }
}

function inUse(file: string, owner: string): Failure {
  const who = owner.trim() || 'a process that has not said its name yet';
  return new Failure(
    'invalid-input',
    `another server works with ${file}: ${who}. Stop that one first, or give this one a folder of its own with --data-dir. ` +
      'Several servers of one installation need PostgreSQL (--db-url postgres://…)',
  );
}
