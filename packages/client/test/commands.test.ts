import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backupMaker } from './backup-maker.ts';
import { type FakeRepository, startFakeRepository, token } from './fake-repository.ts';

describe('the commands around make and restore', () => {
  let folder: string;
  let repository: FakeRepository;
  let env: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bm-commands-'));
    repository = await startFakeRepository();
    env = { BM_URL: repository.url, BM_COLLECTION_ID: 'shop', BM_AUTH_TOKEN: token };
    await backupMaker(['keygen', '--email', 'ops@example.org', '--output', join(folder, 'k')], {});
  });
  afterAll(async () => {
    await repository[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const make = (...args: string[]) => backupMaker(['make', '-k', join(folder, 'k.pub.asc'), ...args], env);

  it('tell a monitor of start and success, of start and failure', async () => {
    await using monitor = await startFakeRepository();
    monitor.intercept = (_request, response) => {
      response.end('OK');
      return true;
    };
    const url = `${monitor.url}/ping/uuid`;
    expect(await make('-c', 'echo data', '--ping-url', url)).toMatchObject({ code: 0 });
    expect(await make('-c', 'false', '--ping-url', url)).toMatchObject({ code: 3 });
    expect(monitor.requests).toEqual([
      'POST /ping/uuid/start',
      'POST /ping/uuid',
      'POST /ping/uuid/start',
      'POST /ping/uuid/fail',
    ]);
  });

  it.each([
    [[], ' (--expires-in asks for another time)'],
    [['--expires-in', '30d'], ''],
  ])('say how long a new token lasts, and how to have it otherwise: %j', async (args, hint) => {
    const expire = '2030-01-02T03:04:05.000Z';
    await using server = await startFakeRepository();
    server.intercept = (_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ status: true, data: { token: 't', sessionId: 's', expire, msg: '' } }));
      return true;
    };
    const login = ['login', '--url', server.url, '--username', 'shop', ...args];
    const { code, stdout, stderr } = await backupMaker(login, { BM_PASSWORD: 'pw' });
    expect([code, `${stdout}`.trim()]).toEqual([0, 't']);
    expect(`${stderr}`).toContain(`Logged in as shop until ${expire}${hint}\n`);
  });

  it('begin without waiting for the monitor', async () => {
    await using monitor = await startFakeRepository();
    const before = repository.versions.length;
    monitor.intercept = (_request, response) => {
      const isMade = repository.versions.length > before;
      if (isMade) {
        response.end();
      } else {
        late.push(() => response.end());
      }
      return true;
    };
    const late: (() => void)[] = [];
    repository.intercept = (request) => {
      if (request.headers['upload-length'] !== undefined) {
        for (const answer of late) {
          answer();
        }
      }
      return false;
    };
    const made = await make('-c', 'echo data', '--ping-url', monitor.url);
    repository.intercept = () => false;
    expect(made).toMatchObject({ code: 0, stderr: expect.not.stringContaining('monitor') });
    expect(monitor.requests).toEqual(['POST /start', 'POST /']);
  });

  it('lose no backup to a monitor that is not there', async () => {
    const made = await make('-c', 'echo data', '--ping-url', 'http://127.0.0.1:1/x');
    expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining('could not be reached') });
  });

  it('say where the time went, and print one object with --json', async () => {
    const made = await make('-c', 'echo data', '--json');
    expect(made.stderr).toMatch(
      /waiting for the command \d+%, encrypting \d+%, waiting for the network \d+%/,
    );
    expect(JSON.parse(made.stdout.toString())).toMatchObject({
      version: { collectionId: 'shop' },
      bytesRead: 5,
    });
  });

  it('fail where nothing is left to wait for before they are done', async () => {
    const stuck = '--import data:text/javascript,globalThis.fetch=()=>new%20Promise(()=>{})';
    const listed = await backupMaker(['versions'], { ...env, NODE_OPTIONS: stuck });
    expect(listed).toMatchObject({ code: 1, stderr: 'error: unexpected: it stopped before it was done\n' });
  });

  it('list versions and sum them up', async () => {
    const listed = await backupMaker(['versions'], env);
    expect(listed.stdout.toString()).toMatch(/^VERSION +SIZE +CREATED.*\n +v1 +\d+ B +1970-01-01T/);
    const stats = await backupMaker(['stats', '--json'], env);
    expect(JSON.parse(stats.stdout.toString())).toMatchObject({
      collection: 'shop',
      versions: repository.versions.length,
      totalBytes: repository.versions.reduce((sum, { bytes }) => sum + bytes.length, 0),
    });
  });

  it.each([
    [['health'], { BM_HEALTH_CODE: 'secret\nvalue' }, 2, 'the health secret is empty or holds spaces'],
    [['health'], { BM_HEALTH_CODE: 'zażółć' }, 2, 'the health secret is empty or holds spaces'],
    [['versions'], { BM_AUTH_TOKEN: 'secret\nvalue' }, 2, 'the token is empty or holds spaces'],
    [['versions'], { BM_URL: 'https://user:secret@host' }, 2, 'no user and password'],
    [['make', '--allow-unencrypted', '-c', 'x', '--ping-url', 'secret'], {}, 2, 'must begin with http'],
  ])('never show a secret that cannot be used: %j %j', async (args, variables, code, message) => {
    const result = await backupMaker(args, { ...env, ...variables });
    expect(result).toMatchObject({ code, stderr: expect.stringContaining(message) });
    expect(result.stderr).not.toMatch(/secret value|user:secret|zażółć|"secret"/);
  });

  it('say that nobody answers, without waiting for ever', async () => {
    const silent = await startFakeRepository();
    silent.intercept = () => true;
    const variables = { ...env, BM_URL: silent.url, BM_HEALTH_CODE: 'code', BM_TIMEOUT: '1' };
    for (const command of ['health', 'versions', 'doctor']) {
      expect(await backupMaker([command], variables)).toMatchObject({ code: 5 });
    }
    await silent[Symbol.asyncDispose]();
    expect(await backupMaker(['health'], variables)).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('(ECONNREFUSED)'),
    });
  });

  it('follow no redirect, and say so', async () => {
    await using moved = await startFakeRepository();
    moved.intercept = (_request, response) => {
      response.writeHead(308, { location: 'https://elsewhere.example.org/' }).end();
      return true;
    };
    expect(await backupMaker(['versions'], { ...env, BM_URL: moved.url })).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('redirects elsewhere (status 308)'),
    });
  });

  it('find what is wrong', async () => {
    const { stdout, code } = await backupMaker(
      ['doctor', '--json', '-k', join(folder, 'k.pub.asc'), '--sign-key', join(folder, 'k.pub.asc')],
      env,
    );
    // That of the signing key, which fails first.
    expect(code).toBe(6);
    const results = JSON.parse(stdout.toString()).checks.map(
      ({ check, ok }: { check: string; ok: boolean }) => [check, ok],
    );
    // The server of this test knows neither /health nor tokens, but takes uploads.
    expect(Object.fromEntries(results)).toEqual({
      shell: true,
      'public key': true,
      'private key': true,
      'signing key': false,
      server: false,
      clock: true,
      token: false,
      collection: false,
      upload: true,
    });
    expect(repository.uploads.size).toBe(repository.versions.length);
  });
});
