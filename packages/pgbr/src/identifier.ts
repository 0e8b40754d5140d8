import { Failure } from '@backup-maker/model';

/** PostgreSQL cuts longer names off silently, so that two could become one. */
const maxNameBytes = 63;

/**
 * A name as PostgreSQL stores it, checked.
 * @throws Failure `invalid-input` where no database can have this name
 */
export function parseName(name: string): string {
  if (name === '' || name.includes('\0') || Buffer.byteLength(name) > maxNameBytes) {
    throw new Failure(
      'invalid-input',
      `a name in PostgreSQL has 1 to ${maxNameBytes} bytes and no NUL: ${JSON.stringify(name)}`,
    );
  }
  return name;
}

/** The name as a delimited identifier of SQL (PostgreSQL manual, 4.1.1). */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * A connection string that names just the database. The tools take a bare name with `=` or `postgres://` in it
 * for a connection string, which could lead them to another host (libpq, 34.1.1).
 */
export function databaseArgument(name: string): string {
  return `dbname='${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
