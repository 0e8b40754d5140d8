import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** The SQL of the store: every object as one row, and the last resourceVersion that was given. */
export interface Database {
  readonly loadRevision: () => number;
  readonly loadObjects: () => Iterable<StoredRow>;
  /** Writes rows and the revision in one transaction; it is on the disk when this returns. */
  readonly commit: (change: Change) => void;
  readonly close: () => void;
}

export interface StoredRow {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly revision: number;
  readonly body: string;
}

export type Change =
  | { readonly type: 'put'; readonly row: StoredRow }
  | { readonly type: 'delete'; readonly row: Omit<StoredRow, 'body'> };

const layout = `
  CREATE TABLE IF NOT EXISTS object (
    resource TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (resource, namespace, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS revision (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    last INTEGER NOT NULL
  ) STRICT;
  INSERT OR IGNORE INTO revision (one, last) VALUES (1, 0);
`;

const layoutVersion = 1;

export function openDatabase(file: string): Database {
  // It holds Secrets: readable for the owner alone, whatever the umask. SQLite gives its other files the same mode.
  closeSync(openSync(file, 'a', 0o600));
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000;');
  // One process owns the file: a second one on the same folder must fail at once, not mix its revisions in.
  db.exec('PRAGMA locking_mode = EXCLUSIVE;');
  migrate(db);
  const put = db.prepare(
    'INSERT OR REPLACE INTO object (resource, namespace, name, revision, body) VALUES (?, ?, ?, ?, ?)',
  );
  const remove = db.prepare('DELETE FROM object WHERE resource = ? AND namespace = ? AND name = ?');
  const advance = db.prepare('UPDATE revision SET last = ? WHERE one = 1');
  const all = db.prepare('SELECT resource, namespace, name, revision, body FROM object');
  return {
    loadRevision: () => Number(db.prepare('SELECT last FROM revision WHERE one = 1').get()?.last ?? 0),
    loadObjects: () => all.iterate() as Iterable<unknown> as Iterable<StoredRow>,
    commit: (change) => commit(db, { put, remove, advance }, change),
    close: () => db.close(),
  };
}

interface Statements {
  readonly put: StatementSync;
  readonly remove: StatementSync;
  readonly advance: StatementSync;
}

function commit(db: DatabaseSync, { put, remove, advance }: Statements, { type, row }: Change): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    if (type === 'put') {
      put.run(row.resource, row.namespace, row.name, row.revision, row.body);
    } else {
      remove.run(row.resource, row.namespace, row.name);
    }
    advance.run(row.revision);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) {
      db.exec('ROLLBACK');
    }
    throw error;
  }
}

function migrate(db: DatabaseSync): void {
  const version = Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
  if (version > layoutVersion) {
    throw new Error(
      `the cluster's database has layout ${version}; this version knows ${layoutVersion}: use a newer version`,
    );
  }
  db.exec(`BEGIN IMMEDIATE; ${layout} PRAGMA user_version = ${layoutVersion}; COMMIT;`);
}
