import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPgpMessage } from './message.ts';
import { departures, pipedUpload, takeBack, versionsPath } from './piping-client.ts';
import { rawRequest } from './raw-http.ts';
import { collectionDocument } from './sample-documents.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

const tries = 50;
const message = openPgpMessage({ bodyBytes: 50_000 });

/** Collections that keep one version each: one more would rotate it out. */
function addCollections(server: TestServer, prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => {
    const name = `${prefix}-${at}`;
    server.documents.put('collection', name, collectionDocument(name, { maxBackupsCount: 1 }));
    return name;
  });
}

async function versionsOf(server: TestServer, name: string): Promise<readonly object[]> {
  return (await server.call('GET', versionsPath(name))).json.data.versions;
}

async function storedFiles(server: TestServer, name: string): Promise<readonly string[]> {
  const objects = join(server.folder, 'storage/objects', name);
  return [...(await readdir(objects)), ...(await readdir(join(server.folder, 'storage/incoming')))];
}

/** Uploads to collections with a good version each, taken back at times spread over `withinMs`. */
async function failDumps(
  server: TestServer,
  names: readonly string[],
  how: { readonly withinMs: number; readonly settleMs: number; readonly kind: string },
): Promise<void> {
  const token = await server.login('admin');
  for (const name of names) {
    expect((await server.upload(message, name)).status).toBe(200);
  }
  const before = await Promise.all(names.map((name) => versionsOf(server, name)));
  const depart = departures[how.kind] ?? expect.fail(how.kind);
  await Promise.all(
    names.map((collection, at) => {
      const request = pipedUpload({ collection, token, body: message });
      return takeBack(server.url, request, (at / names.length) * how.withinMs, depart);
    }),
  );
  // What would be recorded is recorded by then.
  await delay(how.settleMs * 1.5);
  await server.restart();
  expect(await Promise.all(names.map((name) => versionsOf(server, name)))).toEqual(before);
  for (const name of names) {
    expect(await storedFiles(server, name)).toHaveLength(1);
  }
}

describe('an upload of a client that ends the body of a command before it knows how the command ended', () => {
  const settleMs = 500;
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer({ uploadSettleMs: settleMs });
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
  });

  it.each(Object.keys(departures))(
    `is no version in ${tries} tries, and rotates no good one out, when it is taken back by %s`,
    async (kind) => {
      const names = addCollections(server, `failed-${Object.keys(departures).indexOf(kind)}`, tries);
      await failDumps(server, names, { withinMs: settleMs * 0.8, settleMs, kind });
    },
  );

  it(`is a version in ${tries} of ${tries} tries when the connection stays open`, async () => {
    const token = await server.login('admin');
    const names = addCollections(server, 'successful', tries);
    const answers = await Promise.all(
      names.map((collection) => rawRequest(server.url, pipedUpload({ collection, token, body: message }))),
    );
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
    const stored = await Promise.all(names.map((name) => versionsOf(server, name)));
    expect(stored.map(({ length }) => length)).toEqual(names.map(() => 1));
  });

  it('says in log and audit log that it was taken back, and lets the next one in', async () => {
    const token = await server.login('admin');
    const [collection = ''] = addCollections(server, 'told', 1);
    const request = pipedUpload({ collection, token, body: message });
    await takeBack(server.url, request, settleMs / 2, (socket) => socket.destroy());
    await expect
      .poll(() => server.logLines.join())
      .toContain(`closed the connection before the upload to collection \\"${collection}\\" was recorded`);
    const { audit } = (await server.call('GET', '/api/stable/audit')).json.data;
    expect(audit[0]).toMatchObject({ object: `collection/${collection}`, result: 'cancelled' });
    expect((await rawRequest(server.url, request)).status).toBe(200);
  });

  it('may be a form', async () => {
    const token = await server.login('admin');
    const headers = ['Content-Type: multipart/form-data; boundary=b'];
    const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n';
    const body = Buffer.concat([Buffer.from(head), message, Buffer.from('\r\n--b--\r\n')]);
    const [failed = '', good = ''] = addCollections(server, 'form', 2);
    const requestOf = (collection: string) => pipedUpload({ collection, token, body, headers });
    await takeBack(server.url, requestOf(failed), settleMs / 2, (socket) => socket.destroy());
    expect((await rawRequest(server.url, requestOf(good))).status).toBe(200);
    expect(await versionsOf(server, failed)).toEqual([]);
  });
});

describe('the time to settle', () => {
  it('is 2 s when nothing else is configured', async () => {
    await using server = await startTestServer();
    const token = await server.login('admin');
    const names = addCollections(server, 'default', 5);
    const [collection = ''] = addCollections(server, 'good', 1);
    const from = performance.now();
    const good = rawRequest(server.url, pipedUpload({ collection, token, body: message })).then(
      async ({ status }) => [status, performance.now() - from] as const,
    );
    await failDumps(server, names, { withinMs: 1900, settleMs: 2000, kind: 'a FIN, as close() sends it' });
    const [status, tookMs] = await good;
    expect(status).toBe(200);
    expect(tookMs).toBeGreaterThan(2000);
  });

  const digest = 'sha-512=:AAAA:';
  it.each([
    ['a length', [`Content-Length: ${message.length}`]],
    ['a key', ['Idempotency-Key: nightly']],
    ['a digest', [`Repr-Digest: ${digest}`]],
    ['a digest of the content', [`Content-Digest: ${digest}`]],
  ])('is not waited for when the upload comes with %s', async (_, headers) => {
    await using server = await startTestServer({ uploadSettleMs: 3_600_000 });
    const [collection = ''] = addCollections(server, 'named', 1);
    const token = await server.login('admin');
    const answer = await rawRequest(server.url, pipedUpload({ collection, token, body: message, headers }));
    expect(answer.status).toBe(200);
  });

  it.each(['X-Forwarded-For: 192.0.2.1', 'Via: 1.1 proxy', 'Forwarded: for=192.0.2.1'])(
    'is waited for when a proxy may have put in the length: %s',
    async (header) => {
      const settleMs = 300;
      await using server = await startTestServer({ uploadSettleMs: settleMs });
      const [collection = ''] = addCollections(server, 'proxied', 1);
      const token = await server.login('admin');
      const headers = [`Content-Length: ${message.length}`, header];
      const request = pipedUpload({ collection, token, body: message, headers });
      await takeBack(server.url, request, settleMs / 2, (socket) => socket.destroy());
      await delay(settleMs * 2);
      expect(await versionsOf(server, collection)).toEqual([]);
      expect((await rawRequest(server.url, request)).status).toBe(200);
    },
  );
});
