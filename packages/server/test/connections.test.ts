import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPgpMessage } from './message.ts';
import { collectionDocument } from './sample-documents.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const versions = '/api/stable/repository/collection/cut/version';
const message = openPgpMessage({ bodyBytes: 3_000_000 });

describe('connections that break', () => {
  let server: TestServer;
  let proxy: TcpProxy;
  let token: string;

  beforeAll(async () => {
    server = await startTestServer({ uploadTimeoutMs: 1500 });
    server.documents.put(
      'collection',
      'cut',
      collectionDocument('cut', { maxOneVersionSize: '5M', maxCollectionSize: '50M' }),
    );
    proxy = await startTcpProxy(server.url);
    token = await server.login('admin');
  });
  afterAll(async () => {
    await proxy?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  const through = (method: string, path: string, body?: Buffer, headers: Record<string, string> = {}) =>
    fetch(proxy.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, connection: 'close', ...headers },
      ...(body ? { body: new Uint8Array(body) } : {}),
    });
  const listed = async () => (await server.call('GET', versions)).json.data.versions;
  const leftFiles = async () => [
    ...(await readdir(join(server.folder, 'storage/incoming'))),
    ...(await readdir(join(server.folder, 'storage/objects/cut')).catch(() => [])),
  ];

  it.each([
    ['reset', 100],
    ['reset', 1_500_000],
    ['reset', 2_999_000],
    ['end', 100],
    ['end', 1_500_000],
    ['end', 2_999_000],
  ] as const)(
    'an upload that ends by %s after %d bytes leaves nothing, and the next one works',
    async (kind, afterBytes) => {
      const before = await listed();
      const filesBefore = await leftFiles();
      proxy.fault = { direction: 'to-server', at: afterBytes, kind };
      const outcome = await through('POST', versions, message).then(
        (response) => response.status,
        () => 'broken',
      );
      expect([400, 'broken']).toContain(outcome);
      proxy.fault = undefined;
      await expect.poll(leftFiles, { timeout: 5000 }).toEqual(filesBefore);
      expect(await listed()).toEqual(before);
      const next = async () => (await through('POST', versions, openPgpMessage({ bodyBytes: 100 }))).status;
      await expect.poll(next, { timeout: 5000 }).toBe(200);
      await server.call('DELETE', `${versions}/latest`);
    },
  );

  it('an upload that stalls ends with its time, and frees the collection', async () => {
    proxy.fault = { direction: 'to-server', at: 1_500_000, kind: 'stall' };
    const stalled = await through('POST', versions, message);
    expect([stalled.status, ((await stalled.json()) as { reason: string }).reason]).toEqual([408, 'timeout']);
    proxy.fault = undefined;
    expect(await leftFiles()).toEqual([]);
    expect((await through('POST', versions, openPgpMessage({ bodyBytes: 100 }))).status).toBe(200);
    await server.call('DELETE', `${versions}/latest`);
  });

  it('an upload that comes byte by byte ends with its time', async () => {
    const trickle = new ReadableStream({
      async start(controller) {
        for (const byte of message.subarray(0, 100)) {
          controller.enqueue(new Uint8Array([byte]));
          await delay(100);
        }
        controller.close();
      },
    });
    const answer = await server.call('POST', versions, { body: trickle });
    expect([answer.status, answer.json.reason]).toEqual([408, 'timeout']);
    expect(await leftFiles()).toEqual([]);
  });

  it('an upload with a piece that came twice is refused by its digest', async () => {
    const digest = createHash('sha256').update(message).digest('base64');
    proxy.fault = { direction: 'to-server', at: 1_500_000, kind: 'duplicate' };
    const damaged = await through('POST', versions, message, { 'repr-digest': `sha-256=:${digest}:` });
    // What is more than the declared length is no request, and refused before the digest is known to be wrong.
    expect([400, 422]).toContain(damaged.status);
    expect(await damaged.json()).toMatchObject({ status: false, data: {} });
    proxy.fault = undefined;
    await expect.poll(leftFiles).toEqual([]);
    expect(await listed()).toEqual([]);
  });

  it('a request that is cut off in its headers is no request', async () => {
    const before = await listed();
    proxy.fault = { direction: 'to-server', at: 30, kind: 'end' };
    await expect(through('DELETE', `${versions}/latest`)).rejects.toThrow();
    proxy.fault = undefined;
    expect(await listed()).toEqual(before);
  });

  it('an upload whose answer is lost is a version all the same', async () => {
    const before = (await listed()).length;
    proxy.fault = { direction: 'to-client', at: 0, kind: 'reset' };
    await expect(through('POST', versions, message)).rejects.toThrow();
    proxy.fault = undefined;
    await expect.poll(async () => (await listed()).length, { timeout: 5000 }).toBe(before + 1);
  });

  it('a download that is cut off is never taken for a whole one, and goes on with a range', async () => {
    await server.upload(message, 'cut');
    proxy.fault = { direction: 'to-client', at: 1_000_000, kind: 'end' };
    const cut = await through('GET', `${versions}/latest`);
    await expect(cut.arrayBuffer()).rejects.toThrow();
    proxy.fault = undefined;
    const rest = await server.call('GET', `${versions}/latest`, { headers: { range: 'bytes=1000000-' } });
    expect(rest.bytes.equals(message.subarray(1_000_000))).toBe(true);
  });
});
