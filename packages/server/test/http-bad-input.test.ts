import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPgpMessage, packet } from './message.ts';
import { rawRequest } from './raw-http.ts';
import { collectionDocument } from './sample-documents.ts';
import { password, startTestServer, type TestServer } from './server-fixture.ts';

const collections = '/api/stable/repository/collection';
const message = openPgpMessage({ bodyBytes: 1000 });

describe('bad input', () => {
  let server: TestServer;
  let token: string;

  beforeAll(async () => {
    server = await startTestServer();
    server.documents.put(
      'collection',
      'target',
      collectionDocument('target', { maxOneVersionSize: '100M', maxCollectionSize: '1G' }),
    );
    token = await server.login('admin');
  });
  afterAll(async () => {
    // Whatever came before: one more upload works, and nothing else is stored.
    const answer = await server.upload(message, 'iwa');
    expect(answer.status).toBe(200);
    expect(server.logLines.join()).not.toContain(password);
    expect(server.logLines.join()).not.toContain(token);
    await server[Symbol.asyncDispose]();
  });

  async function insistOnNothingStored(): Promise<void> {
    expect(await readdir(join(server.folder, 'storage/objects/target')).catch(() => [])).toEqual([]);
    await expect.poll(() => readdir(join(server.folder, 'storage/incoming'))).toEqual([]);
    const listed = await server.call('GET', `${collections}/target/version`);
    expect(listed.json.data.versions).toEqual([]);
    const next = async () =>
      (await server.call('POST', `${collections}/target/version`, { body: 'x' })).json.reason;
    await expect.poll(next).toBe('not-openpgp');
  }

  describe('in names', () => {
    it.each([
      '..',
      '../x',
      '..%2fx',
      '%2e%2e%2f',
      '..%252f',
      '..%5cx',
      '%2fabs',
      '%2f%2fx',
      '.%2f',
      'target.',
      'target%20',
      'target%00',
      'target%0a',
      'target%0d%0aX-Injected:%201',
      'TARGET',
      'CON',
      '__proto__',
      'constructor',
      'ta%CC%81rget',
      'a'.repeat(253),
    ])('%s is no collection, version or upload', async (name) => {
      for (const path of [`${collections}/${name}/version`, `${collections}/target/version/${name}`]) {
        const { status, text } = await rawRequest(
          server.url,
          `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
        );
        expect([400, 404]).toContain(status);
        expect(text).not.toContain('X-Injected: 1');
        expect(text).not.toContain(server.folder);
      }
    });

    it('4 KiB are refused', async () => {
      const answer = await server.call('GET', `${collections}/${'a'.repeat(4096)}/version`);
      expect([400, 404, 414]).toContain(answer.status);
    });
  });

  describe('in the framing of a request', () => {
    const upload = (headers: readonly string[], body: Buffer | string) =>
      Buffer.concat([
        Buffer.from(
          [
            `POST ${collections}/target/version HTTP/1.1`,
            'Host: x',
            `Authorization: Bearer ${token}`,
            ...headers,
            '',
            '',
          ].join('\r\n'),
        ),
        Buffer.from(body),
      ]);

    it.each<[string, () => Buffer, readonly (number | undefined)[]]>([
      ['a negative length', () => upload(['Content-Length: -1'], message), [400]],
      ['a length that is text', () => upload(['Content-Length: many'], message), [400]],
      ['a huge length', () => upload(['Content-Length: 99999999999999999999999'], message), [400]],
      ['two lengths', () => upload(['Content-Length: 5', 'Content-Length: 6'], message), [400]],
      [
        'a length and chunks',
        () => upload(['Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
        [400],
      ],
      ['chunks of no size', () => upload(['Transfer-Encoding: chunked'], 'zz\r\nabc\r\n'), [400]],
      ['an unknown encoding', () => upload(['Transfer-Encoding: rot13'], message), [400, 501]],
      ['no length and no chunks', () => upload(['Connection: close'], ''), [422]],
      [
        'a gzip bomb, which is not unpacked',
        () =>
          upload(
            ['Content-Encoding: gzip', 'Content-Length: 1051'],
            gzipSync(Buffer.alloc(2 ** 20)).subarray(0, 1051),
          ),
        [415, 422],
      ],
      ['no host', () => Buffer.from('GET /health HTTP/1.1\r\n\r\n'), [400]],
      [
        'huge headers',
        () => Buffer.from(`GET /health HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`),
        [431],
      ],
      [
        'two Authorization headers',
        () => upload([`Authorization: Bearer ${token}`, 'Content-Length: 0'], ''),
        [400],
      ],
      ['TRACE', () => Buffer.from('TRACE /health HTTP/1.1\r\nHost: x\r\n\r\n'), [404, 405]],
      ['a forged host', () => Buffer.from('GET /nowhere HTTP/1.1\r\nHost: evil.example\r\n\r\n'), [404]],
      [
        'more than the declared length',
        () => upload([`Content-Length: ${message.length - 1}`], message),
        [400, 422],
      ],
      ['garbage', () => Buffer.from('\x16\x03\x01\x02\x00\x01\x00'), [400, undefined]],
    ])('%s is refused', async (_, bytes, statuses) => {
      const { status, text } = await rawRequest(server.url, bytes());
      expect(statuses).toContain(status);
      expect(text).not.toContain('evil.example');
      // Also what never became a request has the envelope of every answer; without a host Node answers by itself.
      expect(text).toMatch(/^$|\r\n\r\n(?:\{"status":false,|0\r\n)/);
      await insistOnNothingStored();
    });

    it.each([0, 1, message.length - 1])(
      'a connection that ends after %d bytes leaves nothing',
      async (count) => {
        const { connect } = await import('node:net');
        const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
        socket.on('error', () => {});
        const headers = [`Content-Length: ${message.length}`];
        await new Promise<void>((resolve) =>
          socket.write(upload(headers, message.subarray(0, count)), () => resolve()),
        );
        socket.destroy();
        await insistOnNothingStored();
      },
    );

    it.each([
      [
        'a wrong digest',
        { 'repr-digest': `sha-256=:${Buffer.alloc(32).toString('base64')}:` },
        422,
        'integrity',
      ],
      [
        'another name for it',
        { 'content-digest': `sha-256=:${Buffer.alloc(32).toString('base64')}:` },
        422,
        'integrity',
      ],
      ['a malformed digest', { 'repr-digest': 'sha-256=abc' }, 400, 'invalid-input'],
    ])('%s is refused', async (_, headers, status, reason) => {
      const answer = await server.upload(message, 'target', headers);
      expect([answer.status, answer.json.reason]).toEqual([status, reason]);
      await insistOnNothingStored();
    });

    it('endless chunks end at the quota', async () => {
      const endless = new ReadableStream({
        start(controller) {
          controller.enqueue(new Uint8Array(openPgpMessage({ bodyBytes: 0 }).subarray(0, -7)));
          // An encrypted packet in partial lengths of 64 KiB (RFC 9580, 4.2.1.4), without a last one.
          controller.enqueue(new Uint8Array([0xd2]));
        },
        pull(controller) {
          const piece = new Uint8Array(1 + 65_536).fill(1);
          piece[0] = 0xf0;
          controller.enqueue(piece);
        },
      });
      const answer = await server.call('POST', `${collections}/iwa/version`, { body: endless });
      expect([answer.status, answer.json.reason]).toEqual([413, 'quota-exceeded']);
      await insistOnNothingStored();
    });

    it('a method override is ignored', async () => {
      const headers = { 'x-http-method-override': 'DELETE' };
      const answer = await server.call('GET', `${collections}/target/version/1`, { headers });
      expect(answer.json.error).toBe('cannot find specified version');
    });
  });

  describe('in JSON', () => {
    const login = (body: string, type = 'application/json') =>
      server.call('POST', '/api/stable/auth/login', { token: null, body, headers: { 'content-type': type } });

    it.each([
      ['100,000 deep', '['.repeat(100_000)],
      ['cut off', '{"username":'],
      ['a prototype', '{"__proto__":{"username":"admin"},"username":"admin","password":"x"}'],
      ['a constructor', '{"constructor":{"prototype":{}},"username":"admin","password":"x"}'],
      ['an infinite number', '{"username":1e999,"password":"x"}'],
      ['an array', '[]'],
      ['null', 'null'],
      ['larger than the limit', `{"username":"admin","password":"${'x'.repeat(100_000)}"}`],
    ])('%s is refused', async (_, body) => {
      const answer = await login(body);
      expect([400, 413]).toContain(answer.status);
      expect(answer.json).toMatchObject({ status: false, data: {} });
    });

    it.each([
      ['a name twice', '{"username":"nobody","username":"unknown","password":"x"}', 401],
      ['a number that no double holds', '{"username":9007199254740993,"password":"x"}', 400],
      ['a key of a prototype', '{"username":"toString","password":"x"}', 401],
      ['markup and escapes', '{"username":"<script>\\u001b[31m\\r\\nadmin","password":"x"}', 401],
    ])('%s is nothing special', async (_, body, status) => {
      const answer = await login(body);
      expect(answer.status).toBe(status);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(server.logLines.join('')).not.toContain('\u001b');
    });

    it('another content type is refused', async () => {
      expect((await login('<login/>', 'application/xml')).status).toBe(415);
    });
  });

  describe('in uploads', () => {
    const literal = packet(11, Buffer.from('b\0\0\0\0\0plain text'));
    it.each([
      ['an unencrypted literal', literal],
      ['a compressed literal', packet(8, Buffer.concat([Buffer.from([0]), literal]))],
      ['a signature alone', packet(2, Buffer.alloc(100))],
      ['a message in a message', packet(8, openPgpMessage({ bodyBytes: 100 }))],
      ['two messages', Buffer.concat([message, message])],
      ['an endless packet length', Buffer.from([0xd2, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3])],
      ['random bytes', Buffer.from('6fd81a03c2b1', 'hex')],
      ['HTML', Buffer.from('<html><script>alert(1)</script></html>')],
    ])('%s is refused', async (_, body) => {
      const answer = await server.upload(body, 'target');
      expect([answer.status, answer.json.reason]).toEqual([422, 'not-openpgp']);
      await insistOnNothingStored();
    });
  });
});
