import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
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

  it('does not wait for what a failed or cancelled command left behind with its pipe', async () => {
    const left = 'setsid sleep 1000 2>&- & echo $! > left;';
    const make = (command: string) =>
      startBackupMaker(['make', '--allow-unencrypted', '-c', left + command], env, folder);
    const failing = make('exit 7');
    expect(await failing.finished).toMatchObject({ code: 3 });
    await endLeftOver();
    const cancelled = make('sleep 1000');
    await expect.poll(() => written('left'), { timeout: 20_000 }).toMatch(/\n/);
    cancelled.child.kill('SIGTERM');
    expect(await cancelled.finished).toMatchObject({ code: 1 });
    await endLeftOver();
    expect(repository.versions).toEqual([]);
  });

  it('claims no lack of a version where it came while that was being recorded', async () => {
    const asked = Promise.withResolvers<void>();
    repository.intercept = (request) => {
      const isLast = request.method === 'PATCH' && request.headers['upload-length'] !== undefined;
      if (isLast) {
        asked.resolve();
      }
      return isLast;
    };
    const made = startBackupMaker(['make', '--allow-unencrypted', '-c', 'echo data'], env, folder);
    await asked.promise;
    made.child.kill('SIGTERM');
    expect(await made.finished).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: cancelled by SIGTERM while the version was being recorded: /m),
    });
  });

  it('comes soon after that of a command that fails to restore', async () => {
    repository.intercept = (request, response) => {
      const endless = Readable.from(
        (function* () {
          for (;;) {
            yield Buffer.alloc(65_536);
          }
        })(),
      );
      endless.pipe(response);
      return request.method === 'GET';
    };
    for (const [args, code] of [
      [['-c', 'exit 9'], 3],
      [['--', '/no/such/program'], 2],
    ] as const) {
      expect(await backupMaker(['restore', ...args], env)).toMatchObject({ code });
    }
  });

  const written = (name: string) => readFile(join(folder, name), 'utf8').catch(() => '');

  /** It is in a session of its own, out of our reach. */
  async function endLeftOver(): Promise<void> {
    process.kill(Number(await written('left')), 'SIGKILL');
    await rm(join(folder, 'left'));
  }
});
