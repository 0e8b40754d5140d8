import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageStream } from './message-stream.ts';
import { startMeasured } from './process.ts';
import { type MeasuredRepository, startMeasuredRepository } from './repository-process.ts';

/*
 * One large upload against a bare Node server that hashes, writes and syncs; then 50 uploads at once.
 * `node bench/server/upload.ts [MiB]`; ends with 1 when a limit is not kept.
 */
const mebibyte = 1024 ** 2;
const totalBytes = Number(process.argv[2] ?? 2048) * mebibyte;
const rounds = 3;
const minRate = 0.8;
const maxResidentBytes = 150 * mebibyte;
const together = 50;

const folder = await mkdtemp(join(tmpdir(), 'bench-upload-'));
try {
  process.exitCode = (await bench()) ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}

async function bench(): Promise<boolean> {
  {
    // Compiles the sources once and keeps the result: a published package has no compiler in its memory.
    await using _first = await startMeasuredRepository(folder, together);
  }
  await using bare = await startMeasured([join(import.meta.dirname, 'bare-server.ts'), join(folder, 'bare')]);
  await using repository = await startMeasuredRepository(folder, together);
  const rates = { bare: 0, repository: 0 };
  // The login before hashed a password, which takes 64 MiB for a moment: uploads are measured here.
  await repository.takePeakBytes();
  // In turns, and the best of each: what else the machine does hits both.
  for (let round = 0; round < rounds; round += 1) {
    rates.bare = Math.max(rates.bare, await rateOf(() => send(bare.url, totalBytes)));
    rates.repository = Math.max(rates.repository, await rateOf(() => upload(repository, 0, totalBytes)));
  }
  const ratio = rates.repository / rates.bare;
  const alone = await repository.takePeakBytes();
  await Promise.all(
    Array.from({ length: together }, (_, index) => upload(repository, index, totalBytes / together)),
  );
  const crowded = await repository.takePeakBytes();
  console.log(`bare server        ${shown(rates.bare)}/s`);
  console.log(
    `backup-repository  ${shown(rates.repository)}/s, ${(ratio * 100).toFixed(0)}% (at least ${minRate * 100}%)`,
  );
  console.log(`resident, one upload          ${shown(alone)} (at most ${shown(maxResidentBytes)})`);
  console.log(`resident, ${together} uploads at once  ${shown(crowded)}`);
  return ratio >= minRate && alone <= maxResidentBytes && crowded <= maxResidentBytes;
}

async function rateOf(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return totalBytes / ((performance.now() - from) / 1000);
}

async function upload({ url, token }: MeasuredRepository, collection: number, bytes: number): Promise<void> {
  await send(`${url}/api/stable/repository/collection/c${collection}/version`, bytes, {
    authorization: `Bearer ${token}`,
  });
}

async function send(url: string, bytes: number, headers: Record<string, string> = {}): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', ...headers },
    body: messageStream(Math.floor(bytes)),
    duplex: 'half',
  } as RequestInit);
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${response.status}: ${text}`);
  }
}

function shown(bytes: number): string {
  return `${(bytes / mebibyte).toFixed(0)} MiB`;
}
