import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startMeasuredRepository } from './repository-process.ts';

/*
 * Listing a collection's versions, and an upload with its rotation, while the table grows from a thousand rows to
 * a million: of other collections, and deleted ones of the same. Ends with 1 when one slows down by more than 2x.
 */
const steps = [1000, 1_000_000];
const maxSlowdown = 2;
const samples = 200;

const folder = await mkdtemp(join(tmpdir(), 'bench-listing-'));
try {
  const results: { readonly listMs: number; readonly uploadMs: number }[] = [];
  for (const rows of steps) {
    results.push(await measure(rows));
    console.log(
      `${rows} rows: list ${results.at(-1)?.listMs.toFixed(2)} ms, upload ${results.at(-1)?.uploadMs.toFixed(2)} ms`,
    );
  }
  const [first, last] = [results[0], results.at(-1)];
  const slowdown = Math.max(
    (last?.listMs ?? 0) / (first?.listMs ?? 1),
    (last?.uploadMs ?? 0) / (first?.uploadMs ?? 1),
  );
  console.log(`slowdown ${slowdown.toFixed(2)}x (at most ${maxSlowdown}x)`);
  process.exitCode = slowdown <= maxSlowdown ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}

async function measure(rows: number) {
  const home = join(folder, `${rows}`);
  {
    // Made by a start of its own, so that the schema is the server's.
    await using _first = await startMeasuredRepository(home, 1);
  }
  fill(join(home, 'data/repository.db'), rows);
  await using repository = await startMeasuredRepository(home, 1);
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

/** Half of the rows are of other collections, half are deleted ones of the collection that is measured. */
function fill(path: string, rows: number): void {
  const database = new DatabaseSync(path);
  const insert = database.prepare(`
    insert into versions (id, collection_id, version_number, filename, size_bytes, sha256, recipients, session_id,
      user_name, integrity, scrubbed_at, created_at, updated_at, deleted_at, purged_at)
    values (?, ?, ?, 'v', 1, '00', '[]', 's', 'u', 'verified', ?, ?, ?, ?, ?)`);
  const now = Date.now();
  database.exec('begin');
  for (let row = 0; row < rows; row += 1) {
    const isOther = row % 2 === 0;
    const deletedAt = isOther && row % 20 === 0 ? null : now;
    const collection = isOther ? `other-${row % 1000}` : 'c0';
    insert.run(randomUUID(), collection, row + 1, now, now, now, deletedAt, deletedAt);
  }
  database.exec('commit');
  database.close();
}
