import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from '../src/index.ts';
import { type Answer, type CallOptions, type Embedded, startEmbedded, token } from './embedded.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const map = (name: string, data: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});

describe('the API server', () => {
  let embedded: Embedded;
  let fault: Fault | undefined;

  beforeAll(async () => {
    embedded = await startEmbedded({
      confine: 'never',
      faults: ({ resource }) => (resource === 'configmaps' ? fault : undefined),
    });
  });
  afterAll(() => embedded?.[Symbol.asyncDispose]());

  const call = (method: string, path: string, options?: CallOptions): Promise<Answer> =>
    embedded.call(method, path, options);

  test.each([undefined, 'wrong', `${token}x`, token.slice(1), ''])(
    'the token %j opens nothing',
    async (wrong) => {
      const answer = await call('GET', maps, { token: wrong });
      expect(answer).toMatchObject({
        status: 401,
        body: { kind: 'Status', reason: 'Unauthorized', message: 'Unauthorized' },
      });
    },
  );

  test('health can be asked without a token', async () => {
    for (const path of ['/healthz', '/livez', '/readyz']) {
      expect(await call('GET', path, { token: undefined })).toMatchObject({ status: 200, body: 'ok' });
    }
  });

  test.each<{ what: string; method?: string; path?: string; body?: unknown; type?: string; status: number }>([
    {
      what: 'a body of more than 3 MiB',
      body: map('large', { a: 'x'.repeat(4 * 1024 * 1024) }),
      status: 413,
    },
    { what: 'JSON 100,000 levels deep', body: `${'['.repeat(100_000)}${']'.repeat(100_000)}`, status: 400 },
    { what: 'an object 1,000 levels deep', body: `{"a":`.repeat(1000) + '1' + '}'.repeat(1000), status: 400 },
    {
      what: 'YAML whose aliases grow without end',
      type: 'application/yaml',
      body: `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
        .split('')
        .map(
          (name, index, all) =>
            `${name}: &${name} [${Array(9)
              .fill(`*${index === 0 ? 'a' : all[index - 1]}`)
              .join(',')}]`,
        )
        .join('\n')}`,
      status: 400,
    },
    {
      what: 'a member named __proto__',
      body: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","__proto__":{"a":1}}}',
      status: 400,
    },
    {
      what: 'a Secret of a type named like a method',
      path: '/api/v1/namespaces/default/secrets',
      body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'odd' }, type: 'constructor' },
      status: 201,
    },
    { what: 'a name with an escaped slash', method: 'GET', path: `${maps}/..%2f..%2fsecrets`, status: 404 },
    { what: 'a malformed escape', method: 'GET', path: `${maps}/%zz`, status: 400 },
    { what: 'a method that nobody has', method: 'TRACE', status: 405 },
    { what: 'a limit that is no number', method: 'GET', path: `${maps}?limit=-1`, status: 400 },
    { what: 'a continue token of somebody else', method: 'GET', path: `${maps}?continue=xyz`, status: 400 },
    {
      what: 'a version from the future',
      method: 'GET',
      path: `${maps}?resourceVersion=99999999`,
      status: 504,
    },
    {
      what: 'a protobuf body that ends early',
      type: 'application/vnd.kubernetes.protobuf',
      body: 'k8s\0\n\x20',
      status: 400,
    },
    { what: 'a media type that nobody has', type: 'text/html', body: '<p>', status: 400 },
  ])(
    'answers $what, and the next request too',
    async ({ method = 'POST', path = maps, body, type, status }) => {
      const answer = await call(method, path, {
        ...(body !== undefined && { body }),
        ...(type !== undefined && { type }),
      });
      expect(answer.status, JSON.stringify(answer.body)?.slice(0, 300)).toBe(status);
      expect((await call('GET', '/version')).status).toBe(200);
    },
  );

  test('an error that is the server’s own tells no details', async () => {
    const answer = await call('GET', '/api/v1/namespaces/default/pods/none/log');
    expect(answer).toMatchObject({ status: 404, body: { reason: 'NotFound' } });
    expect(JSON.stringify(answer.body)).not.toMatch(/ at .*\.ts/);
  });

  describe('makes faults where it is told to', () => {
    const during = async <T>(wanted: Fault, action: () => Promise<T>): Promise<T> => {
      fault = wanted;
      try {
        return await action();
      } finally {
        fault = undefined;
      }
    };

    test.each(['Conflict', 'InternalError', 'TooManyRequests', 'ServiceUnavailable'] as const)(
      'fails with %s and does nothing',
      async (reason) => {
        const name = `failed-${reason.toLowerCase()}`;
        const answer = await during({ fail: reason }, () => call('POST', maps, { body: map(name) }));
        expect(answer.body.reason).toBe(reason);
        expect((await call('GET', `${maps}/${name}`)).status).toBe(404);
      },
    );

    test('does the work and drops the answer', async () => {
      await expect(
        during({ dropAnswer: true }, () => call('POST', maps, { body: map('dropped') })),
      ).rejects.toThrow();
      expect((await call('GET', `${maps}/dropped`)).status).toBe(200);
    });

    test('answers late', async () => {
      const began = performance.now();
      await during({ delayMs: 200 }, () => call('GET', maps));
      expect(performance.now() - began).toBeGreaterThan(190);
    });

    test('drops watches', async () => {
      const dropped = during({ dropWatchAfterMs: 50 }, () =>
        call('GET', `${maps}?watch=true&resourceVersion=${1}&timeoutSeconds=20`),
      );
      await expect(dropped).rejects.toThrow();
    });
  });

  test('a watch from a version that is forgotten gets 410', async () => {
    const { body } = await call('POST', maps, { body: map('first') });
    await call('POST', maps, { body: map('second') });
    embedded.cluster.compactHistory();
    const answer = await call('GET', `${maps}?watch=true&resourceVersion=${body.metadata.resourceVersion}`);
    expect(answer).toMatchObject({
      status: 410,
      body: { reason: 'Expired', message: expect.stringContaining('too old resource version') },
    });
    const page = await call('GET', `${maps}?limit=1`);
    await call('POST', maps, { body: map('third') });
    embedded.cluster.compactHistory();
    expect(await call('GET', `${maps}?limit=1&continue=${page.body.metadata.continue}`)).toMatchObject({
      status: 410,
      body: { reason: 'Expired' },
    });
  });

  test('a streaming list begins with what is there and says where it ends', async () => {
    const path = `${maps}?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=1`;
    const { body } = await call('GET', path);
    const lines = (body as string).trim().split('\n');
    const events = lines.map(
      (line) => JSON.parse(line) as { type: string; object: { metadata: { annotations?: object } } },
    );
    expect(events.at(-1)).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
    expect(events.slice(0, -1).every((event) => event.type === 'ADDED')).toBe(true);
  });
});
