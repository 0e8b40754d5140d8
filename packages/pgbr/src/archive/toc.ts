import { TextDecoder } from 'node:util';

/** One object of an archive, as pg_dump describes it before the data. */
export interface TocEntry {
  /** Such as `TABLE`, `EXTENSION` or `ACL`. */
  readonly type: string;
  readonly name: string;
  readonly schema: string;
  /** The SQL that makes it. */
  readonly definition: string;
  readonly tablespace: string;
  /** Empty for what has none. */
  readonly owner: string;
}

/** The table of contents of an archive in pg_dump's custom format. */
export interface Toc {
  readonly serverVersion: string;
  readonly entries: readonly TocEntry[];
}

const magic = 'PGDMP';
const customFormat = 1;
/** Of PostgreSQL 9.0 to 18; they have differed in the fields below. Others are left to pg_restore, which knows its own. */
const oldestMinor = 12;
const newestMinor = 16;

/**
 * Read the table of contents at the beginning of an archive (pg_backup_archiver.c: ReadHead, ReadToc). `more` where
 * `bytes` end before it does, undefined where this is no archive that we know.
 */
export function parseToc(bytes: Buffer): Toc | 'more' | undefined {
  try {
    return readToc(new Cursor(bytes));
  } catch (error) {
    if (error instanceof RangeError) {
      return 'more';
    }
    throw error;
  }
}

function readToc(cursor: Cursor): Toc | undefined {
  if (cursor.ascii(magic.length) !== magic) {
    return undefined;
  }
  const major = cursor.byte();
  const minor = cursor.byte();
  cursor.skip(1);
  cursor.intBytes = cursor.byte();
  const offsetBytes = cursor.byte();
  if (cursor.byte() !== customFormat || major !== 1 || minor < oldestMinor || minor > newestMinor) {
    return undefined;
  }
  // The compression, and seven parts of the time.
  cursor.skip((minor >= 15 ? 1 : 1 + cursor.intBytes) + 7 * (1 + cursor.intBytes));
  cursor.text();
  const serverVersion = cursor.text();
  cursor.text();
  const count = cursor.int();
  const entries: TocEntry[] = [];
  for (let index = 0; index < count; index += 1) {
    entries.push(readEntry(cursor, minor, offsetBytes));
  }
  return { serverVersion, entries };
}

function readEntry(cursor: Cursor, minor: number, offsetBytes: number): TocEntry {
  cursor.int(); // its number
  cursor.int(); // whether it has data
  cursor.text(); // the numbers that it has in the catalogues
  cursor.text();
  const name = cursor.text();
  const type = cursor.text();
  cursor.int(); // the section
  const definition = cursor.text();
  cursor.text(); // how it is dropped
  cursor.text(); // how its data are copied
  const schema = cursor.text();
  const tablespace = cursor.text();
  if (minor >= 14) {
    cursor.text(); // the access method
  }
  if (minor >= 16) {
    cursor.int(); // the kind of table
  }
  const owner = cursor.text();
  cursor.text(); // WITH OIDS
  while (cursor.optionalText() !== undefined) {
    // what it depends on
  }
  cursor.skip(1 + offsetBytes); // where its data stand
  return { type, name, schema, definition, tablespace, owner };
}

/** Throws a RangeError, as Buffer does, where the bytes end. */
class Cursor {
  intBytes = 4;
  #at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  skip(count: number): void {
    this.#take(count);
  }

  byte(): number {
    return this.#take(1).readUInt8();
  }

  ascii(count: number): string {
    return this.#take(count).toString('latin1');
  }

  /** A byte for the sign, then the number with its lowest byte first. */
  int(): number {
    const isNegative = this.byte() !== 0;
    const value = this.#take(this.intBytes).readUIntLE(0, this.intBytes);
    return isNegative ? -value : value;
  }

  text(): string {
    return this.optionalText() ?? '';
  }

  optionalText(): string | undefined {
    const length = this.int();
    return length < 0 ? undefined : decodeText(this.#take(length));
  }

  #take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#bytes.length) {
      throw new RangeError('the bytes end');
    }
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Text of a dump. Names of databases and roles are shared by databases of all encodings and stand in the bytes in which
 * they were made, nearly always UTF-8, also in the dump of a LATIN1 database.
 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}
