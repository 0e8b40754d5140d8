import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeResult } from './result-file.ts';

const result = { collectionId: 'shop', versionNumber: 3, sizeBytes: 12_345, durationMs: 4200 };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'result-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('writes one line of JSON', async () => {
  await writeResult(join(folder, 'result'), result);
  expect(await readFile(join(folder, 'result'), 'utf8')).toBe(`${JSON.stringify(result)}\n`);
});

it('writes into the file that is there, which may be a mount', async () => {
  const file = join(folder, 'termination-log');
  await writeFile(file, 'longer than the result: '.repeat(20));
  const { ino } = await stat(file);
  await writeResult(file, result);
  expect((await stat(file)).ino).toBe(ino);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(result);
});
