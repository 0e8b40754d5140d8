import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPgpMessage } from './message.ts';
import { collectionDocument } from './sample-documents.ts';
import { type Answer, healthCode, startTestServer, type TestServer } from './server-fixture.ts';
import { serverHealthCode } from './test-config.ts';

const collectionHealth = '/api/stable/repository/collection/iwa/health';

describe('health over HTTP', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
  });

  const anonymous = (path: string, headers: Record<string, string> = {}) =>
    server.call('GET', path, { token: null, headers });

  it('is always fine at /health', async () => {
    expect((await anonymous('/health')).status).toBe(200);
  });

  it.each(['', '?code=wrong', `?code=${serverHealthCode}x`])('asks for a code at /ready%s', async (query) => {
    expect((await anonymous(`/ready${query}`)).status).toBe(403);
  });

  it('checks database, storage and configuration at /ready', async () => {
    const answers = [
      await anonymous(`/ready?code=${encodeURIComponent(serverHealthCode)}`),
      await anonymous('/ready', { authorization: serverHealthCode }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(answer.json.data.health.map((check: { statusText: string }) => check.statusText)).toEqual([
        'DbValidator=true',
        'StorageAvailabilityValidator=true',
        'ConfigurationProviderValidator=true',
      ]);
    }
    expect(server.logLines.join()).not.toContain(encodeURIComponent(serverHealthCode));
  });

  it('is not ready without its storage, and is again once it is back', async () => {
    const incoming = join(server.folder, 'storage/incoming');
    await rename(incoming, `${incoming}.away`);
    const answer = await anonymous('/ready', { authorization: serverHealthCode });
    expect([answer.status, answer.json.error]).toEqual([500, 'one of checks failed']);
    expect(answer.json.data.health[1]).toMatchObject({ name: 'StorageAvailabilityValidator', status: false });
    expect(answer.bytes.toString()).not.toContain(server.folder);
    await rename(`${incoming}.away`, incoming);
    expect((await anonymous('/ready', { authorization: serverHealthCode })).status).toBe(200);
  });

  it('says so when the configuration cannot be read', async () => {
    const check = server.documents.check;
    Object.assign(server.documents, { check: () => new Promise(() => {}) });
    const answer = await anonymous('/ready', { authorization: serverHealthCode });
    Object.assign(server.documents, { check });
    expect(answer.status).toBe(500);
    expect(answer.json.data.health.at(-1).message).toMatch(/^configuration provider is not usable/);
  });

  it.each([
    [`?code=${encodeURIComponent(healthCode)}`, {}, 200],
    ['', { authorization: healthCode }, 200],
    ['', { authorization: `Bearer ${healthCode}` }, 200],
    ['?code=wrong', {}, 403],
    ['', {}, 403],
  ])('gives the health of a collection for its code: %s %j', async (query, headers, status) => {
    await server.upload(openPgpMessage({ bodyBytes: 100 }));
    const answer = await anonymous(`${collectionHealth}${query}`, headers);
    expect(answer.status).toBe(status);
  });

  it('gives the same to whoever may see the collection, by their token', async () => {
    const checksOf = ({ json }: Answer) =>
      json.data.health.map((check: { statusText: string }) => check.statusText);
    const byCode = await anonymous(collectionHealth, { authorization: healthCode });
    expect(checksOf(byCode)).toHaveLength(5);
    const byTokenOf = async (name: string) =>
      server.call('GET', collectionHealth, { token: await server.login(name) });
    for (const name of ['admin', 'uploader', 'downloader']) {
      expect(checksOf(await byTokenOf(name))).toEqual(checksOf(byCode));
    }
    expect((await byTokenOf('nobody')).status).toBe(403);
    expect((await anonymous(collectionHealth, { authorization: 'Bearer no.such.token' })).status).toBe(403);
  });

  it('is bad for a collection that never had a backup, or none for too long', async () => {
    const query = `?code=${encodeURIComponent(healthCode)}`;
    const spec = { healthSecretRef: { name: 'health', entry: 'iwa' }, expectedEvery: '24h' };
    server.documents.put('collection', 'waiting', collectionDocument('waiting', spec));
    const path = collectionHealth.replace('iwa', 'waiting') + query;
    const never = await anonymous(path);
    expect(never.status).toBe(500);
    expect(never.json.data.health[1]).toMatchObject({
      name: 'FreshnessValidator',
      status: false,
      message: 'never used: no version was uploaded yet',
    });
  });

  it('says that it does not know a collection', async () => {
    const answer = await anonymous(collectionHealth.replace('iwa', 'unknown'));
    expect([answer.status, answer.json.error]).toEqual([404, 'cannot find specified collection']);
  });

  it.each([
    [false, undefined, 500],
    [true, undefined, 403],
    [false, { name: '', entry: '' }, 500],
    [false, { name: 'missing', entry: 'iwa' }, 403],
    [false, { name: 'health' }, 403],
  ])(
    'of a collection without a code is open unless one is required (%s, %j)',
    async (requireHealthCode, ref, status) => {
      await using other = await startTestServer({ requireHealthCode });
      const spec = ref ? { healthSecretRef: ref } : {};
      other.documents.put('collection', 'open', collectionDocument('open', spec));
      const answer = await other.call('GET', collectionHealth.replace('iwa', 'open'), { token: null });
      // It has no version: whoever may ask is told that it is not well.
      expect(answer.status).toBe(status);
    },
  );

  it('reports every check of a collection', async () => {
    server.documents.put(
      'collection',
      'iwa',
      collectionDocument('iwa', {
        healthSecretRef: { name: 'health', entry: 'iwa' },
        maxOneVersionSize: '50B',
        windows: [{ from: '0 0 30 2 *', duration: '1m' }],
      }),
    );
    await server.upload(openPgpMessage({ bodyBytes: 100 }));
    const answer = await anonymous(collectionHealth, { authorization: healthCode });
    expect([answer.status, answer.json.error]).toEqual([500, 'one of checks failed']);
    expect(answer.json.data.health.map((check: { statusText: string }) => check.statusText)).toEqual([
      'BackupWindowValidator=false',
      'FreshnessValidator=true',
      'VersionsSizeValidator=false',
      'SumOfVersionsValidator=true',
      'IntegrityValidator=true',
    ]);
  });

  it('fails and says why for a collection whose definition is not valid', async () => {
    const spec = { healthSecretRef: { name: 'health', entry: 'iwa' }, maxOneVersionSize: 'many' };
    server.documents.put('collection', 'iwa', collectionDocument('iwa', spec));
    const answer = await anonymous(collectionHealth, { authorization: healthCode });
    expect(answer.status).toBe(500);
    expect(answer.json.data.health[0].message).toContain('maxOneVersionSize');
    expect((await server.upload(openPgpMessage({ bodyBytes: 100 }))).status).toBe(503);
  });
});
