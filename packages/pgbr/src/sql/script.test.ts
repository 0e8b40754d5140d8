import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { type Piece, splitScript } from './script.ts';

async function piecesOf(script: string, chunkBytes: number): Promise<readonly Piece[]> {
  const bytes = Buffer.from(script, 'latin1');
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, at) =>
    bytes.subarray(at * chunkBytes, (at + 1) * chunkBytes),
  );
  const pieces: Piece[] = [];
  for await (const piece of splitScript(Readable.from(chunks))) {
    pieces.push(piece);
  }
  return pieces;
}

const long = `INSERT INTO t VALUES ('${'x'.repeat(3 * 1024 * 1024)};');`;

it.each<[what: string, script: string, kinds: string]>([
  ['statements', 'SELECT 1;\nSELECT 2;\n', 'statement statement end'],
  ['a semicolon in a literal', "SELECT ';''; ';\n", 'statement end'],
  ['a quote behind a backslash in an escape string', "SELECT E'a''b\\';', ';';\n", 'statement end'],
  ['a backslash in a plain string', "SELECT '\\'; SELECT 2;\n", 'statement statement end'],
  [
    'a string of ancient dumps',
    "SET standard_conforming_strings = off;\nSELECT '\\';';\n",
    'statement statement end',
  ],
  ['a name that ends with e before a literal', "SELECT type'\\';SELECT 2;", 'statement statement end'],
  ['names', 'SELECT "a;""b;";\n', 'statement end'],
  ['comments', "-- it's;\nSELECT 1; /* ' ; */ SELECT 2;", 'statement statement end'],
  ['dollar quotes', "DO $a$ ';$b$;$$; $a$; SELECT $1 $$;$$;", 'statement statement end'],
  ['a dollar in a name', 'SELECT a$b$c; SELECT 2;', 'statement statement end'],
  ['rows', 'COPY t (a) FROM stdin;\n1;\n\\.x\n\\\\.\n\\.\nSELECT 1;\n', 'statement data statement end'],
  ['no rows', 'COPY t (a) FROM stdin;\n\\.\n\nSELECT 1;', 'statement data statement end'],
  ['rows that are cut', 'COPY t (a) FROM stdin;\n1\n2', 'statement data'],
  ['commands', 'SELECT 1;\n\\connect shop\nSELECT 2;\n', 'statement command statement end'],
  ['a command in a function', 'CREATE FUNCTION f() AS $$\n\\connect shop\n$$;', 'statement end'],
  ['a statement without an end', 'SELECT 1', 'end'],
  ['a statement that is too long to be held', `${long}\nSELECT 1;`, 'fragment statement end'],
])('splits %s, however it is cut into chunks', async (_what, script, kinds) => {
  for (const chunkBytes of script.length > 1000 ? [65_536] : [1, 2, 3, 7, 64, 1000]) {
    const pieces = await piecesOf(script, chunkBytes);
    expect(pieces.map(({ text }) => text).join('')).toBe(script);
    const seen = pieces.filter(({ text }) => text !== '').map(({ kind }) => kind);
    const distinct = seen.filter((kind, at) => kind === 'statement' || kind !== seen[at - 1]);
    expect([...distinct, ...(kinds.endsWith('end') && seen.at(-1) !== 'end' ? ['end'] : [])].join(' ')).toBe(
      kinds,
    );
  }
});
