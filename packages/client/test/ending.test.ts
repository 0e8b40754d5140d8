import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupMaker, launcher, startBackupMaker } from './backup-maker.ts';
import { type FakeRepository, startFakeRepository, token } from './fake-repository.ts';

describe('the end of the program', () => {
  let folder: string;
  let repository: FakeRepository;
  let env: Record<string, string>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bm-ending-'));
    repository = await startFakeRepository();
    env = { BM_URL: repository.url, BM_COLLECTION_ID: 'shop', BM_AUTH_TOKEN: token };
  });
  afterEach(async () => {
    await repository[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('does not wait for an answer that nobody wants any more', async () => {
    repository.versions.push({ bytes: Buffer.alloc(1024 * 1024) });
    const path = join(folder, 'no/such/folder/file');
    expect(await backupMaker(['download', '--save-path', path], env)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`cannot write ${path}`),
    });
  });

  it('is a failure when the disk that takes the output is full', async () => {
    await using full = await open('/dev/full', 'w');
    for (const command of ['versions', 'download']) {
      repository.versions.push({ bytes: Buffer.alloc(1024 * 1024) });
      const child = spawn(process.execPath, [launcher, command], {
        env: { PATH: process.env.PATH, ...env },
        stdio: ['ignore', full.fd, 'pipe'],
      });
      const [messages, [code]] = await Promise.all([
        buffer(child.stderr as NonNullable<typeof child.stderr>),
        once(child, 'close'),
      ]);
      expect({ code, messages: messages.toString() }).toMatchObject({
        code: 1,
        messages: expect.stringMatching(/error: cannot write to standard output: ENOSPC/),
      });
    }
  });

  it('is not the loss of whoever reads the messages', async () => {
    const { child, finished } = startBackupMaker(['make', '--allow-unencrypted', '-c', 'echo data'], env);
    child.stderr?.destroy();
    await finished.catch(() => {});
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(repository.versions).toHaveLength(1);
  });
});
