import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '@backup-maker/model';
import { hasPrograms } from '@backup-maker/testing';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPgpMessage } from './message.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';
import { collectionDocument } from './sample-documents.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';
import { startTcpProxy, type TcpFault, type TcpProxy } from './tcp-proxy.ts';
import { serverHealthCode } from './test-config.ts';

const message = openPgpMessage({ bodyBytes: 300_000 });
const key = { 'idempotency-key': 'tonight' };

describe.skipIf(!hasPrograms('postgres', 'initdb'))('a PostgreSQL that goes away', () => {
  let postgres: PostgresServer;
  let proxy: TcpProxy;
  let server: TestServer;
  let collections = 0;
  let name: string;

  beforeAll(async () => {
    postgres = await startPostgres();
    proxy = await startTcpProxy(postgres.url);
    const url = postgres.url.replace(/127\.0\.0\.1:\d+/, new URL(proxy.url).host);
    server = await startTestServer({ database: { kind: 'postgres', url: new Secret(url) } });
    // The token that the other calls use.
    await server.call('GET', '/api/stable/auth/whoami');
  });
  beforeEach(() => {
    collections += 1;
    name = `away-${collections}`;
    server.documents.put('collection', name, collectionDocument(name));
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await proxy?.[Symbol.asyncDispose]();
    await postgres?.stop();
  });

  const path = () => `/api/stable/repository/collection/${name}/version`;
  const upload = (bytes = message) => server.upload(bytes, name, key);
  const versions = async () => (await server.call('GET', path())).json.data.versions;
  const incoming = () => readdir(join(server.folder, 'storage/incoming'));

  /** What must hold after any fault: the same bytes again give the one version, whole, and others are refused. */
  async function insistOnOneVersion(): Promise<void> {
    const again = await upload();
    expect(again.status).toBe(200);
    expect(await versions()).toEqual([expect.objectContaining({ id: again.json.data.version.id })]);
    expect((await server.call('GET', `${path()}/latest`)).bytes.equals(message)).toBe(true);
    expect((await upload(openPgpMessage({ bodyBytes: 100 }))).status).toBe(409);
    expect(await incoming()).toEqual([]);
  }

  /** An upload that has sent a part of its bytes and waits for `finish`. */
  async function beginUpload() {
    const rest = Promise.withResolvers<void>();
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(new Uint8Array(message.subarray(0, 200_000)));
        await rest.promise;
        controller.enqueue(new Uint8Array(message.subarray(200_000)));
        controller.close();
      },
    });
    const answer = server.call('POST', path(), { body, headers: key });
    await expect.poll(incoming).toHaveLength(1);
    return async () => {
      rest.resolve();
      return answer;
    };
  }

  it('before an upload: 503 with a time to wait, and health tells', async () => {
    await postgres.crash();
    const refused = await upload();
    expect([refused.status, refused.json.reason, refused.headers.get('retry-after')]).toEqual([
      503,
      'unavailable',
      '5',
    ]);
    expect(refused.bytes.toString()).not.toMatch(/127\.0\.0\.1|ECONN|postgres/i);
    expect((await server.call('GET', '/health', { token: null })).status).toBe(200);
    const ready = await server.call('GET', '/ready', { headers: { authorization: serverHealthCode } });
    expect(ready.json.data.health[0]).toMatchObject({ name: 'DbValidator', status: false });
    await postgres.start();
    await insistOnOneVersion();
  });

  it('during an upload, and not back at its end: there is no version', async () => {
    const finish = await beginUpload();
    await postgres.crash();
    const answer = await finish();
    expect([answer.status, answer.json.reason]).toEqual([503, 'unavailable']);
    await postgres.start();
    expect(await versions()).toEqual([]);
    // The lease of the upload that failed could not be given back: it ends by itself.
    await forgetLeases(postgres);
    await insistOnOneVersion();
  });

  it('during an upload, and back before its end: the upload does not notice', async () => {
    const finish = await beginUpload();
    await postgres.crash();
    await postgres.start();
    expect((await finish()).status).toBe(200);
    await insistOnOneVersion();
  });

  it.each<[string, TcpFault, number]>([
    ['before the commit arrives', { direction: 'to-server', at: 'commit', kind: 'reset' }, 0],
    ['before the answer to the commit arrives', { direction: 'to-client', at: 'COMMIT', kind: 'reset' }, 1],
    ['politely, before the answer arrives', { direction: 'to-client', at: 'COMMIT', kind: 'end' }, 1],
  ])('at a commit, %s: the version is absent or whole', async (_, fault, count) => {
    proxy.fault = fault;
    const answer = await upload();
    proxy.fault = undefined;
    expect([answer.status, answer.json.reason]).toEqual([503, 'unavailable']);
    expect(await versions()).toHaveLength(count);
    await insistOnOneVersion();
  });

  it('after a commit: what was answered is there', async () => {
    expect((await upload()).status).toBe(200);
    await postgres.crash();
    await postgres.start();
    await insistOnOneVersion();
  });
});

/** As if their time had passed. */
async function forgetLeases({ url }: PostgresServer): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('delete from leases');
  await client.end();
}
