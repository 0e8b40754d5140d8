import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
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
    server = await startTestServer();
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

  const through = (method: string, path: string, body?: Buffer) =>
    fetch(proxy.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, connection: 'close' },
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
      proxy.fault = { direction: 'to-server', afterBytes, kind };
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

  it('an upload whose answer is lost is a version all the same', async () => {
    const before = (await listed()).length;
    proxy.fault = { direction: 'to-client', afterBytes: 0, kind: 'reset' };
    await expect(through('POST', versions, message)).rejects.toThrow();
    proxy.fault = undefined;
    await expect.poll(async () => (await listed()).length, { timeout: 5000 }).toBe(before + 1);
  });

  it('a download that is cut off is never taken for a whole one, and goes on with a range', async () => {
    await server.upload(message, 'cut');
    proxy.fault = { direction: 'to-client', afterBytes: 1_000_000, kind: 'end' };
    const cut = await through('GET', `${versions}/latest`);
    await expect(cut.arrayBuffer()).rejects.toThrow();
    proxy.fault = undefined;
    const rest = await server.call('GET', `${versions}/latest`, { headers: { range: 'bytes=1000000-' } });
    expect(rest.bytes.equals(message.subarray(1_000_000))).toBe(true);
  });
});
