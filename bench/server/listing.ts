import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasPrograms, startPostgres } from '@backup-maker/testing';
import { type BenchDatabase, postgresDatabase, sqliteDatabase } from './databases.ts';
import { startMeasuredRepository } from './repository-process.ts';

/*
 * Listing a collection's versions, and an upload with its rotation, while the table grows from a thousand rows to
 * a million: of other collections, and deleted ones of the same. On SQLite, and on PostgreSQL where it is installed.
 * Ends with 1 when one slows down by more than 2x.
 */
const steps = [1000, 1_000_000] as const;
const maxSlowdown = 2;
const samples = 200;

interface Measured {
  readonly listMs: number;
  readonly uploadMs: number;
}

const folder = await mkdtemp(join(tmpdir(), 'bench-listing-'));
try {
  const sqlite = await isSteady('SQLite', async (home) => sqliteDatabase(home));
  const postgres = await measurePostgres();
  process.exitCode = sqlite && postgres ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}

async function measurePostgres(): Promise<boolean> {
  if (!hasPrograms('initdb')) {
    console.log('PostgreSQL  not measured: it is not installed');
    return true;
  }
  await using postgres = await startPostgres();
  return await isSteady('PostgreSQL', (_home, rows) => postgresDatabase(postgres, `rows_${rows}`));
}

/** Measure at both sizes, and tell; false when there is too much between them. */
async function isSteady(
  name: string,
  open: (home: string, rows: number) => Promise<BenchDatabase>,
): Promise<boolean> {
  const results: Measured[] = [];
  for (const rows of steps) {
    const home = join(folder, `${name}-${rows}`);
    const result = await measure(home, await open(home, rows), rows);
    console.log(
      `${name.padEnd(10)}  ${rows} rows: list ${result.listMs.toFixed(2)} ms, upload ${result.uploadMs.toFixed(2)} ms`,
    );
    results.push(result);
  }
  const [few, many] = results as [Measured, Measured];
  const slowdown = Math.max(many.listMs / few.listMs, many.uploadMs / few.uploadMs);
  console.log(`${name.padEnd(10)}  slowdown ${slowdown.toFixed(2)}x (at most ${maxSlowdown}x)`);
  return slowdown <= maxSlowdown;
}

async function measure(home: string, database: BenchDatabase, rows: number): Promise<Measured> {
  {
    // Made by a start of its own, so that the schema is the server's.
    await using _first = await startMeasuredRepository(home, 1, database.env);
  }
  await database.fill(rows);
  await using repository = await startMeasuredRepository(home, 1, database.env);
  const versions = `${repository.url}/api/stable/repository/collection/c0/version`;
  const headers = { authorization: `Bearer ${repository.token}` };
  const message = Buffer.concat([
    Buffer.from([0xc1, 13, 3, 1, 2, 3, 4, 5, 6, 7, 8, 1, 0, 8, 0xff, 0xd2, 60, 1]),
    Buffer.alloc(59, 7),
  ]);
  const uploadMs = await median(async () => {
    await expectOk(await fetch(versions, { method: 'POST', headers, body: new Uint8Array(message) }));
  });
  const listMs = await median(async () => expectOk(await fetch(versions, { headers })));
  return { listMs, uploadMs };
}

async function expectOk(response: Response): Promise<void> {
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${response.status}: ${text}`);
  }
}

async function median(work: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    const from = performance.now();
    await work();
    times.push(performance.now() - from);
  }
  return times.toSorted((a, b) => a - b)[samples / 2] ?? 0;
}
