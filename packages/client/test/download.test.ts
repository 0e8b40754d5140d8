import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupMaker } from './backup-maker.ts';
import { type FakeRepository, startFakeRepository, token } from './fake-repository.ts';

describe('download', () => {
  let folder: string;
  let repository: FakeRepository;
  let env: Record<string, string>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bm-download-'));
    repository = await startFakeRepository();
    repository.versions.push({ bytes: Buffer.from('as stored') });
    env = { BM_URL: repository.url, BM_COLLECTION_ID: 'shop', BM_AUTH_TOKEN: token };
  });
  afterEach(async () => {
    await repository[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('never takes the place of a pipe, a device or a folder', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of [pipe, '/dev/null', folder]) {
      expect(await backupMaker(['download', '--save-path', path], env)).toMatchObject({
        code: 2,
        stderr: `error: ${path} is no file: give the name of one, or redirect standard output without --save-path\n`,
      });
    }
    expect((await stat(pipe)).isFIFO()).toBe(true);
    expect(await readdir(folder)).toEqual(['pipe']);
    expect(repository.requests).toEqual([]);
  });

  it('prints one object with --json', async () => {
    const path = join(folder, 'file');
    const saved = await backupMaker(['download', '--json', '--save-path', path], env);
    expect(JSON.parse(saved.stdout.toString())).toEqual({ savedTo: path });
    expect(await readFile(path, 'utf8')).toBe('as stored');
  });
});
