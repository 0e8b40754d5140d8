import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupMaker } from './backup-maker.ts';
import { type FakeRepository, sendJson, startFakeRepository, token } from './fake-repository.ts';

/** Passes requests below `prefix` on without it, as proxies do, unless `refuses` answers by itself. */
async function startProxy(
  upstream: string,
  prefix: string,
  refuses: (request: IncomingMessage, response: ServerResponse) => boolean,
) {
  const outside: string[] = [];
  const server = createServer((request, response) => {
    if (!request.url?.startsWith(`${prefix}/`)) {
      outside.push(`${request.url} ${request.headers.authorization}`);
      response.writeHead(404).end('<html>');
    } else if (!refuses(request, response)) {
      const { method, headers } = request;
      const passed = httpRequest(
        upstream + request.url.slice(prefix.length),
        { method, headers },
        (answer) => {
          response.writeHead(answer.statusCode ?? 0, answer.headers);
          answer.pipe(response);
        },
      );
      request.pipe(passed.on('error', () => response.destroy()));
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    outside,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

describe('behind a proxy', () => {
  let folder: string;
  let repository: FakeRepository;
  let env: Record<string, string>;
  const mebibyte = 1024 * 1024;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bm-proxy-'));
    repository = await startFakeRepository();
    env = { BM_AUTH_TOKEN: token, BM_COLLECTION_ID: 'shop' };
  });
  afterEach(async () => {
    await repository[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const dump = ['make', '--allow-unencrypted', '-c', 'head -c 20000000 /dev/zero'];

  it.each(['/backup', '/backup/'])(
    'works below the path %s, and asks for nothing outside of it',
    async (path) => {
      await using proxy = await startProxy(repository.url, '/backup', () => false);
      env.BM_URL = proxy.url.replace('/backup', path);
      expect(await backupMaker(dump, env, folder)).toMatchObject({ code: 0 });
      expect(repository.versions[0]?.bytes.length).toBe(20_000_000);
      expect(await backupMaker(['restore', '-c', 'cat >/dev/null'], env, folder)).toMatchObject({ code: 0 });
      expect(await backupMaker(['versions'], env, folder)).toMatchObject({ code: 0 });
      expect(proxy.outside).toEqual([]);
    },
  );

  it('sends smaller requests where large ones are refused', async () => {
    await using proxy = await startProxy(repository.url, '', ({ headers }, response) => {
      const isTooLarge = Number(headers['content-length'] ?? 0) > mebibyte;
      if (isTooLarge) {
        response.writeHead(413, { 'content-type': 'text/html' }).end('<html>');
      }
      return isTooLarge;
    });
    const made = await backupMaker(dump, { ...env, BM_URL: proxy.url }, folder);
    expect(made).toMatchObject({ code: 0 });
    expect(made.stderr.match(/client_max_body_size/g)).toHaveLength(1);
    expect(repository.versions[0]?.bytes.length).toBe(20_000_000);
  });

  it.each([
    [413, 'client_max_body_size'],
    [405, 'PATCH'],
    [501, 'PATCH'],
  ])('says what to change where it answers %d to every part', async (status, advice) => {
    await using proxy = await startProxy(repository.url, '', ({ method }, response) => {
      if (method === 'PATCH') {
        response.writeHead(status, { 'content-type': 'text/html' }).end('<html>');
      }
      return method === 'PATCH';
    });
    const made = await backupMaker(dump, { ...env, BM_URL: proxy.url }, folder);
    expect(made).toMatchObject({ code: 4, stderr: expect.stringContaining(advice) });
    expect(repository.versions).toEqual([]);
  });

  it('says that no Backup Repository is at a URL', async () => {
    await using proxy = await startProxy(repository.url, '/backup', () => false);
    const asked = await backupMaker(['versions'], { ...env, BM_URL: `${proxy.url}/wrong` });
    expect(asked).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('no Backup Repository at this URL'),
    });
  });
});

describe('a server that asks for a pause', () => {
  it.each([
    ['versions'],
    ['collections'],
    ['whoami'],
    ['health', '--code', 'x'],
    ['login', '--username', 'u'],
  ])('gets it from %s', async (...command) => {
    await using repository = await startFakeRepository();
    let refusals = 2;
    repository.intercept = (_request, response) => {
      refusals -= 1;
      if (refusals >= 0) {
        response.setHeader('retry-after', '1');
        sendJson(response, 429, {
          status: false,
          error: 'too many requests',
          reason: 'rate-limited',
          data: {},
        });
      }
      return refusals >= 0;
    };
    const env = { BM_URL: repository.url, BM_AUTH_TOKEN: token, BM_COLLECTION_ID: 'c', BM_PASSWORD: 'x' };
    const { stderr } = await backupMaker(command, env);
    expect(repository.requests).toHaveLength(3);
    expect(stderr.match(/too many requests; trying again in 1\.0 s/g)).toHaveLength(2);
  });
});
