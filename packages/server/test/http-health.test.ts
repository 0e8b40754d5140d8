import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPgpMessage } from './message.ts';
import { collectionDocument } from './sample-documents.ts';
import { healthCode, startTestServer, type TestServer } from './server-fixture.ts';
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
    ['?code=wrong', {}, 403],
    ['', {}, 403],
  ])('gives the health of a collection for its code: %s %j', async (query, headers, status) => {
    const answer = await anonymous(`${collectionHealth}${query}`, headers);
    expect(answer.status).toBe(status);
  });

  it('says that it does not know a collection', async () => {
    const answer = await anonymous(collectionHealth.replace('iwa', 'unknown'));
    expect([answer.status, answer.json.error]).toEqual([404, 'cannot find specified collection']);
  });

  it.each([
    [false, undefined, 200],
    [true, undefined, 403],
    [false, { name: '', entry: '' }, 200],
    [false, { name: 'missing', entry: 'iwa' }, 403],
    [false, { name: 'health' }, 403],
  ])(
    'of a collection without a code is open unless one is required (%s, %j)',
    async (requireHealthCode, ref, status) => {
      await using other = await startTestServer({ requireHealthCode });
      const spec = ref ? { healthSecretRef: ref } : {};
      other.documents.put('collection', 'open', collectionDocument('open', spec));
      const answer = await other.call('GET', collectionHealth.replace('iwa', 'open'), { token: null });
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
