import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { backupMaker } from './backup-maker.ts';
import { type FakeRepository, sendJson, startFakeRepository, token } from './fake-repository.ts';

const mebibyte = 1024 * 1024;

describe('an upload that is interrupted', () => {
  let folder: string;
  let repository: FakeRepository;
  let env: Record<string, string>;
  const dump = randomBytes(20 * mebibyte);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bm-interrupted-'));
    await backupMaker(['keygen', '--email', 'ops@example.org', '--output', join(folder, 'k')], {});
    await writeFile(join(folder, 'dump'), dump);
  });
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    repository = await startFakeRepository();
    env = { BM_URL: repository.url, BM_COLLECTION_ID: 'shop', BM_AUTH_TOKEN: token };
  });
  afterEach(() => repository[Symbol.asyncDispose]());

  const make = (...args: string[]) =>
    backupMaker(['make', '-k', join(folder, 'k.pub.asc'), '-c', 'cat dump', ...args], env, folder);

  async function expectWholeBackup(): Promise<void> {
    expect(repository.versions).toHaveLength(1);
    expect(repository.uploads.size).toBe(1);
    const restored = await backupMaker(
      ['restore', '-p', join(folder, 'k.key.asc'), '-c', 'cmp - dump'],
      env,
      folder,
    );
    expect(restored).toMatchObject({ code: 0, stderr: expect.not.stringContaining('no manifest') });
  }

  /** Break every connection once it has brought `bytes`. */
  function closeConnectionsAfter(bytes: number): void {
    repository.intercept = (request) => {
      request.socket.on('data', () => {
        if (request.socket.bytesRead > bytes) {
          request.socket.destroy();
        }
      });
      return false;
    };
  }

  /** Answer this way for as long as there are numbers in `which`, counting requests from 1. */
  function answerAt(
    which: readonly number[],
    how: (response: ServerResponse, request: IncomingMessage) => void,
  ): void {
    repository.intercept = (request, response) => {
      const hit = which.includes(repository.requests.length);
      if (hit) {
        how(response, request);
      }
      return hit;
    };
  }

  it('arrives once and whole over connections that close after 5 MiB each', async () => {
    closeConnectionsAfter(5 * mebibyte);
    expect(await make()).toMatchObject({ code: 0, stderr: expect.stringContaining('trying again') });
    repository.intercept = () => false;
    await expectWholeBackup();
  });

  it.each([
    ['the first request', [1, 2]],
    ['the middle', [3, 4, 5]],
    ['the number of the version', [2, 6]],
    ['the manifest', [7, 8]],
    ['the last request', [8, 9]],
  ])('arrives once and whole when a proxy answers 502 for a while: %s', async (_name, which) => {
    answerAt(which, (response) => response.writeHead(502).end('<html>Bad Gateway</html>'));
    expect(await make()).toMatchObject({ code: 0, stderr: expect.stringContaining('trying again') });
    await expectWholeBackup();
  });

  it('gives one version when the answer to the last request is lost', async () => {
    repository.intercept = (request, response) => {
      if (request.headers['upload-length'] !== undefined && repository.versions.length === 0) {
        response.end = () => {
          request.socket.destroy();
          return response;
        };
      }
      return false;
    };
    expect(await make()).toMatchObject({ code: 0, stderr: expect.stringContaining('trying again') });
    await expectWholeBackup();
  });

  it('is given its number anew when another one took it', async () => {
    repository.nextVersion = 7;
    expect(await make()).toMatchObject({ code: 0 });
    expect(repository.requests.filter((request) => request.endsWith('/manifest'))).toHaveLength(2);
    await expectWholeBackup();
  });

  it('is not begun where the server does not tell its number', async () => {
    repository.intercept = ({ method }, response) => {
      if (method === 'HEAD') {
        response.writeHead(200, { 'upload-offset': 0 }).end();
      }
      return method === 'HEAD';
    };
    expect(await make()).toMatchObject({ code: 5, stderr: expect.stringContaining('upgrade the server') });
    expect(repository.requests.map((request) => request.split(' ')[0])).toEqual(['POST', 'HEAD', 'DELETE']);
  });

  it('gives one version when its last request meets itself', async () => {
    repository.intercept = (request, response) => {
      if (request.headers['upload-length'] !== undefined && repository.versions.length === 0) {
        response.writeHead = () => response;
        response.end = () => {
          delete (response as Partial<ServerResponse>).end;
          delete (response as Partial<ServerResponse>).writeHead;
          sendJson(response, 409, {
            status: false,
            error: 'completed by another request',
            reason: 'conflict',
          });
          return response;
        };
      }
      return false;
    };
    expect(await make()).toMatchObject({ code: 0 });
    await expectWholeBackup();
  });

  it('is given up when it never gets the number that it was told', async () => {
    repository.intercept = ({ method }, response) => {
      if (method === 'HEAD') {
        response.writeHead(200, { 'upload-offset': 0, 'backup-next-version': 7 }).end();
      }
      return method === 'HEAD';
    };
    expect(await make()).toMatchObject({ code: 4 });
    expect(repository.versions).toHaveLength(0);
    expect(repository.uploads.size).toBe(0);
  });

  it.each([1, 8])('arrives once and whole when answer %i is cut off after its head', async (which) => {
    repository.intercept = (request, response) => {
      if (repository.requests.length === which) {
        const { writeHead } = response;
        response.writeHead = (status: number, ...[headers]: unknown[]) => {
          writeHead.call(response, status, { ...(headers as object), 'content-length': 5000 });
          response.write('{', () => request.socket.destroy());
          response.end = () => response;
          return response;
        };
      }
      return false;
    };
    expect(await make()).toMatchObject({ code: 0 });
    await expectWholeBackup();
  });

  it('is tried again when a connection is lost without a word', async () => {
    answerAt([2], () => {});
    expect(await make('--timeout', '3')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('no progress with'),
    });
    await expectWholeBackup();
  });

  it('is not begun where the collection is missing', async () => {
    answerAt([1, 2], (response) =>
      sendJson(response, 404, {
        status: false,
        error: 'cannot find specified collection',
        reason: 'not-found',
        data: {},
      }),
    );
    expect(await make()).toMatchObject({ code: 4, stderr: 'error: cannot find specified collection\n' });
    expect(repository.requests).toHaveLength(1);
  });

  it('waits as long as the server asks for', async () => {
    answerAt([2], (response) => {
      response.setHeader('retry-after', '1');
      sendJson(response, 429, {
        status: false,
        error: 'too many requests',
        reason: 'rate-limited',
        data: {},
      });
    });
    expect(await make()).toMatchObject({ code: 0, stderr: expect.stringContaining('again in 1.0 s') });
    await expectWholeBackup();
  });

  it.each([1, 2, 3])('is restored although the server is too busy for request %i at first', async (which) => {
    await make();
    repository.requests.length = 0;
    answerAt([which], (response) =>
      sendJson(response, 429, {
        status: false,
        error: 'too many requests',
        reason: 'rate-limited',
        data: {},
      }),
    );
    await expectWholeBackup();
    expect(repository.requests).toHaveLength(4);
  });

  it('is given up, without a version, when the server never comes back', async () => {
    let requests = 0;
    repository.intercept = (request) => {
      requests += 1;
      const gone = requests > 2 && request.method !== 'DELETE';
      if (gone) {
        request.socket.destroy();
      }
      return gone;
    };
    expect(await make('--timeout', '1')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('failed (E'),
    });
    expect(repository.versions).toEqual([]);
    expect(repository.uploads.size).toBe(0);
  });

  it('is given up at once when the server refuses for good', async () => {
    answerAt([3], (response) =>
      sendJson(response, 413, { status: false, error: 'over the quota', reason: 'quota-exceeded', data: {} }),
    );
    expect(await make()).toMatchObject({ code: 4, stderr: 'error: over the quota\n' });
    expect(repository.uploads.size).toBe(0);
  });

  it('comes back whole over connections that break every 5 MiB', async () => {
    expect(await make()).toMatchObject({ code: 0 });
    repository.breakDownloadsAfterBytes = 5 * mebibyte;
    const restored = await backupMaker(
      ['restore', '-p', join(folder, 'k.key.asc'), '-c', 'cmp - dump'],
      env,
      folder,
    );
    expect(restored).toMatchObject({ code: 0, stderr: expect.stringContaining('broke after') });
    expect(repository.requests.filter((request) => request.endsWith('/version/1'))).toHaveLength(5);
  });

  it('does not come back from a server that breaks every download at once', async () => {
    expect(await make()).toMatchObject({ code: 0 });
    repository.intercept = (request, response) => {
      const hit = request.url?.endsWith('/version/1') ?? false;
      if (hit) {
        response.writeHead(request.headers.range === undefined ? 200 : 206, {
          'content-length': dump.length,
        });
        response.flushHeaders();
        setImmediate(() => request.socket.destroy());
      }
      return hit;
    };
    const restore = ['restore', '-p', join(folder, 'k.key.asc'), '-c', 'cmp - dump', '--timeout', '1'];
    expect(await backupMaker(restore, env, folder)).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('broke again'),
    });
    expect(repository.requests.length).toBeLessThan(20);
  });

  it('needs no resumable uploads', async () => {
    repository.resumable = false;
    expect(await make()).toMatchObject({ code: 0, stderr: expect.stringContaining('cannot resume') });
    expect(repository.versions).toHaveLength(1);
    expect(repository.requests.filter((request) => request.startsWith('POST'))).toHaveLength(2);
  });

  it('does not follow an upload to another host with the token', async () => {
    repository.intercept = (_request, response) => {
      response.writeHead(201, { location: 'http://elsewhere.example.org/upload/1' }).end();
      return true;
    };
    expect(await make()).toMatchObject({ code: 5, stderr: expect.stringContaining('does not say where') });
    expect(repository.requests).toHaveLength(1);
  });
});
