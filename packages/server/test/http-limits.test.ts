import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import { hasPrograms } from '@backup-maker/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePassword } from '../src/sessions/password.ts';
import { heldBack } from './held-body.ts';
import { openPgpMessage } from './message.ts';
import { pipedUpload } from './piping-client.ts';
import { collectionDocument, userDocument } from './sample-documents.ts';
import { password, startTestServer, type TestServer } from './server-fixture.ts';
import { serverHealthCode } from './test-config.ts';

const versions = '/api/stable/repository/collection/iwa/version';

describe('rate limits', () => {
  const limits = {
    defaultPerSecond: 1000,
    authPerMinute: 3,
    collectionHealthPerMinute: 2,
    serverHealthPerMinute: 4,
  };

  it.each([
    ['POST', '/api/stable/auth/login', 3, 401],
    ['GET', '/api/stable/repository/collection/iwa/health', 2, 403],
    ['GET', '/api/alpha/repository/collection/iwa/health', 2, 403],
    ['GET', '/health', 4, 200],
  ])('%s %s: %d a minute for an address', async (method, path, count, status) => {
    await using server = await startTestServer({ rateLimits: limits });
    const body = { username: 'admin', password: 'wrong' };
    const call = (headers = {}) =>
      server.call(method, path, { token: null, headers, ...(method === 'POST' ? { body } : {}) });
    for (let request = 0; request < count; request += 1) {
      expect((await call()).status).toBe(status);
    }
    // A forged address does not help: no proxy is trusted.
    const refused = await call({ 'x-forwarded-for': '192.0.2.7' });
    expect([refused.status, refused.json.reason]).toEqual([429, 'rate-limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('remembers attempts to log in when it is started again', async () => {
    await using server = await startTestServer({ rateLimits: limits });
    const login = () =>
      server.call('POST', '/api/stable/auth/login', {
        token: null,
        body: { username: 'admin', password: 'wrong' },
      });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect((await login()).status).toBe(401);
    }
    await server.restart();
    const refused = await login();
    expect([refused.status, refused.json.reason]).toEqual([429, 'rate-limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    // Refused before it costs anything: no password was hashed, nothing is in the audit log.
    expect((await login()).status).toBe(429);
  });

  describe('on logins', () => {
    async function startLimited(more = {}) {
      const server = await startTestServer({ rateLimits: limits, ...more });
      const login = async (username: string, given: string, headers = {}) => {
        const body = { username, password: given };
        return (await server.call('POST', '/api/stable/auth/login', { token: null, body, headers })).status;
      };
      return { server, login, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
    }

    it('do not count those that succeed', async () => {
      await using limited = await startLimited();
      for (let attempt = 0; attempt < 8; attempt += 1) {
        expect(await limited.login('admin', password)).toBe(200);
      }
    });

    it('of a user do not hold up another one behind the same address', async () => {
      await using limited = await startLimited();
      for (const status of [401, 401, 401, 429]) {
        expect(await limited.login('admin', 'wrong')).toBe(status);
      }
      expect(await limited.login('admin', password)).toBe(429);
      expect(await limited.login('uploader', password)).toBe(200);
    });

    it('of a user do not hold up the same one elsewhere', async () => {
      await using limited = await startLimited({ trustedProxies: ['127.0.0.1'] });
      const from = (address: string) => ({ 'x-forwarded-for': address });
      for (const status of [401, 401, 401, 429]) {
        expect(await limited.login('admin', 'wrong', from('192.0.2.1'))).toBe(status);
      }
      expect(await limited.login('admin', password, from('192.0.2.2'))).toBe(200);
    });

    it('let an address guess ten times as many of all users', async () => {
      await using limited = await startLimited();
      for (let guess = 0; guess < 30; guess += 1) {
        expect(await limited.login(`guessed-${guess}`, 'wrong')).toBe(401);
      }
      expect(await limited.login('guessed-30', 'wrong')).toBe(429);
      expect(await limited.login('admin', password)).toBe(429);
    });

    it('count the right password of somebody who is not let in, which would show otherwise', async () => {
      await using limited = await startLimited();
      limited.server.documents.put('user', 'gone', {
        ...userDocument('gone', { deactivated: true, roles: [], password: await encodePassword(password) }),
      });
      for (const status of [401, 401, 401, 429]) {
        expect(await limited.login('gone', password)).toBe(status);
      }
    });

    it('turn a flood away that is more than a second is for', async () => {
      await using limited = await startLimited({ rateLimits: { ...limits, defaultPerSecond: 4 } });
      const statuses = await Promise.all(Array.from({ length: 20 }, () => limited.login('admin', password)));
      const [allowed, refused] = [200, 429].map((one) => statuses.filter((status) => status === one).length);
      expect(allowed).toBeGreaterThanOrEqual(4);
      expect(refused).toBeGreaterThan(0);
      expect([allowed, refused]).toEqual([allowed, 20 - (allowed ?? 0)]);
    });
  });

  it('believes X-Forwarded-For of a trusted proxy alone', async () => {
    await using server = await startTestServer({ rateLimits: limits, trustedProxies: ['127.0.0.1'] });
    const body = { username: 'admin', password: 'wrong' };
    const login = (address: string) =>
      server.call('POST', '/api/stable/auth/login', {
        token: null,
        body,
        headers: { 'x-forwarded-for': address },
      });
    for (let request = 0; request < 3; request += 1) {
      expect((await login('192.0.2.1')).status).toBe(401);
    }
    expect((await login('192.0.2.1')).status).toBe(429);
    expect((await login('192.0.2.2')).status).toBe(401);
  });
});

it('tells who comes while another one uploads when to try again', async () => {
  await using server = await startTestServer();
  const message = openPgpMessage({ bodyBytes: 1000 });
  const { body, gate } = heldBack(message);
  const running = server.call('POST', versions, { body });
  // Written only when the upload has its lease.
  await expect.poll(() => readdir(join(server.folder, 'storage/incoming'))).toHaveLength(1);
  const refused = await server.upload(message);
  expect([refused.status, refused.json.reason]).toEqual([409, 'busy']);
  expect(refused.headers.get('retry-after')).toBe('5');
  gate.resolve();
  expect((await running).status).toBe(200);
});

describe('a server that is told to end', () => {
  it('finishes the upload that runs, refuses new ones, and is not ready', async () => {
    await using server = await startTestServer();
    server.documents.put('collection', 'other', collectionDocument('other'));
    const message = openPgpMessage({ bodyBytes: 1000 });
    const { body, gate } = heldBack(message);
    const running = server.call('POST', versions, { body });
    const active = async () => (await server.call('GET', '/metrics', { token: null })).bytes.toString();
    await expect.poll(active).toContain('backup_repository_active_uploads 1');
    const restarted = server.restart();
    const ready = await server.call('GET', '/ready', {
      token: null,
      headers: { authorization: serverHealthCode },
    });
    expect(ready.json.data.health.at(-1)).toMatchObject({ name: 'ShutdownValidator', status: false });
    const refused = await server.upload(message, 'other');
    expect([refused.status, refused.json.reason]).toEqual([503, 'unavailable']);
    expect(refused.headers.get('retry-after')).toBe('5');
    gate.resolve();
    expect((await running).status).toBe(200);
    await restarted;
    expect((await server.upload(message, 'other')).status).toBe(200);
  });
});

describe.skipIf(!hasPrograms('openssl'))('TLS', () => {
  let folder: string;
  let server: TestServer;
  const file = (name: string) => join(folder, name);

  function makeCertificate(name: string): void {
    const subject = ['-subj', `/CN=${name}`, '-days', '1', '-nodes'];
    const out = ['-keyout', file(`${name}.key`), '-out', file(`${name}.crt`)];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', ...subject, ...out],
      {
        stdio: 'ignore',
      },
    );
  }

  async function use(name: string): Promise<void> {
    await copyFile(file(`${name}.key`), file('tls.key'));
    await copyFile(file(`${name}.crt`), file('tls.crt'));
  }

  async function presentedName(): Promise<string | undefined> {
    const { port } = new URL(server.url);
    const socket = tlsConnect({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { CN } = socket.getPeerCertificate().subject;
    socket.destroy();
    return CN as string | undefined;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tls-'));
    makeCertificate('first');
    makeCertificate('second');
    await use('first');
    server = await startTestServer({ tls: { certFile: file('tls.crt'), keyFile: file('tls.key') } });
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('is spoken, and takes up a new certificate without a restart', async () => {
    expect(server.url).toMatch(/^https:/);
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    httpsRequest(`${server.url}/health`, { rejectUnauthorized: false }, (response) =>
      resolve(response.statusCode),
    )
      .on('error', reject)
      .end();
    expect(await promise).toBe(200);
    expect(await presentedName()).toBe('first');
    await use('second');
    await expect.poll(presentedName, { timeout: 20_000, interval: 200 }).toBe('second');
  });

  async function login(): Promise<string> {
    const options = {
      method: 'POST',
      rejectUnauthorized: false,
      headers: { 'content-type': 'application/json' },
    };
    const request = httpsRequest(`${server.url}/api/stable/auth/login`, options);
    request.end(JSON.stringify({ username: 'admin', password }));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return ((await json(response)) as { data: { token: string } }).data.token;
  }

  it.each(['end', 'destroy'] as const)('shows that a client takes its upload back with %s', async (leave) => {
    const token = await login();
    server.documents.put('collection', leave, collectionDocument(leave));
    const { port } = new URL(server.url);
    const socket = tlsConnect({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    socket.write(pipedUpload({ collection: leave, token, body: openPgpMessage({ bodyBytes: 1000 }) }));
    await delay(300);
    socket[leave]();
    await expect
      .poll(() => server.logLines.join())
      .toContain(`the upload to collection \\"${leave}\\" was recorded: nothing of it is stored`);
    socket.destroy();
  });

  it('is refused clearly when a file is missing', async () => {
    const tls = { certFile: file('missing'), keyFile: file('tls.key') };
    await expect(startTestServer({ tls })).rejects.toThrow(
      'the files of --tls-cert and --tls-key cannot be read',
    );
  });
});
