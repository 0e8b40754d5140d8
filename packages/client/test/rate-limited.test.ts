import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backupMaker } from './backup-maker.ts';
import { type FakeRepository, startFakeRepository, token } from './fake-repository.ts';

describe('a server that wants a pause', () => {
  let folder: string;
  let repository: FakeRepository;
  /** What was refused, and what was answered afterwards, as `METHOD path`. */
  let refused: Set<string>;
  let answered: Set<string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bm-rate-'));
    repository = await startFakeRepository();
    await backupMaker(['keygen', '--email', 'ops@example.org', '--output', join(folder, 'k')], {});
    await writeFile(join(folder, 'password'), 'secret');
    const made = await run(['make', '-k', join(folder, 'k.pub.asc'), '--', 'echo', 'x']);
    expect(made.code).toBe(0);
    repository.intercept = (request, response) => {
      const asked = `${request.method} ${request.url}`;
      if (refused.has(asked)) {
        answered.add(asked);
        return false;
      }
      refused.add(asked);
      request.resume();
      response
        .writeHead(429, { 'content-type': 'application/json', 'retry-after': '1' })
        .end(JSON.stringify({ status: false, error: 'too many requests', reason: 'rate-limited', data: {} }));
      return true;
    };
  });
  afterAll(async () => {
    await repository?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const run = (args: readonly string[]) => {
    const env = {
      BM_URL: repository.url,
      BM_COLLECTION_ID: 'shop',
      BM_AUTH_TOKEN: token,
      BM_HEALTH_CODE: 'c',
    };
    return backupMaker(
      args.map((argument) => argument.replace('FOLDER', folder)),
      env,
    );
  };

  it.each([
    [['versions']],
    [['collections']],
    [['stats']],
    [['health']],
    [['whoami']],
    [['logout']],
    [['login', '--username', 'ops', '--password-file', 'FOLDER/password']],
    [['verify', '-p', 'FOLDER/k.key.asc']],
    [['download', '-p', 'FOLDER/k.key.asc', '--save-path', 'FOLDER/downloaded']],
    [['restore', '-p', 'FOLDER/k.key.asc', '--', 'cat']],
    [['make', '-k', 'FOLDER/k.pub.asc', '--', 'echo', 'y']],
    [['doctor', '--json']],
  ])('gets it from %j, which then goes on', async (args) => {
    refused = new Set();
    answered = new Set();
    const { stdout } = await run(args);
    expect(refused.size).toBeGreaterThan(0);
    expect([...refused].filter((asked) => !answered.has(asked))).toEqual([]);
    expect(stdout.toString()).not.toContain('too many requests');
  });

  it('is given up after the time that the user allows', async () => {
    refused = new Set();
    answered = new Set();
    const { code, stderr } = await run(['versions', '--timeout', '1']);
    expect([code, [...answered]]).toEqual([5, []]);
    expect(stderr).toContain('too many requests');
  });
});
