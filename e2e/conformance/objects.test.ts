import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configMap, type JudgedCluster, judgedCluster } from './connection/judged-cluster.ts';

describe('objects', () => {
  let cluster: JudgedCluster;
  let maps: string;

  beforeAll(async () => {
    cluster = await judgedCluster();
    maps = cluster.path('configmaps');
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  test('a new object gets uid, time and version', async () => {
    const { status, body } = await cluster.api.call('POST', maps, { body: configMap('made') });
    expect(status).toBe(201);
    expect(body.metadata).toMatchObject({
      name: 'made',
      namespace: cluster.namespace,
      uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(body.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Number(body.metadata.resourceVersion)).toBeGreaterThan(0);
  });

  test('generateName makes a name with five characters more', async () => {
    const { body } = await cluster.api.call('POST', maps, {
      body: configMap('', {}, { name: undefined, generateName: 'gen-' }),
    });
    expect(body.metadata.name).toMatch(/^gen-[a-z0-9]{5}$/);
  });

  test.each([
    {
      what: 'the same name twice',
      body: configMap('twice'),
      status: 409,
      reason: 'AlreadyExists',
      message: 'configmaps "twice" already exists',
    },
    {
      what: 'a name that is none',
      body: configMap('Not_A_Name'),
      status: 422,
      reason: 'Invalid',
      message: 'ConfigMap "Not_A_Name" is invalid: metadata.name: Invalid value',
    },
    {
      what: 'no name',
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} },
      status: 422,
      reason: 'Invalid',
      message: 'name or generateName is required',
    },
    {
      what: 'another kind',
      body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } },
      status: 400,
      reason: 'BadRequest',
      message: '',
    },
    {
      what: 'another namespace',
      body: configMap('elsewhere', {}, { namespace: 'default' }),
      status: 400,
      reason: 'BadRequest',
      message: 'the namespace of the provided object does not match the namespace sent on the request',
    },
    { what: 'no JSON', body: '{"a":', status: 400, reason: 'BadRequest', message: '' },
    {
      what: 'a key that is none',
      body: configMap('keyed', { 'a/b': '1' }),
      status: 422,
      reason: 'Invalid',
      message: 'a valid config key must consist of alphanumeric characters',
    },
    {
      what: 'a label that is none',
      body: configMap('labelled', {}, { labels: { a: 'not ok' } }),
      status: 422,
      reason: 'Invalid',
      message: 'metadata.labels: Invalid value: "not ok": a valid label must be',
    },
  ])('creation refuses $what', async ({ what, body, status, reason, message }) => {
    if (what === 'the same name twice') {
      await cluster.api.call('POST', maps, { body });
    }
    const answer = await cluster.api.call('POST', maps, { body });
    expect(answer.body).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: status });
    expect(answer.status).toBe(status);
    expect(answer.body.message).toContain(message);
    expect(answer.body.reason).toBe(reason);
  });

  test('creation refuses a resourceVersion', async () => {
    const { status, body } = await cluster.api.call('POST', maps, {
      body: configMap('versioned', {}, { resourceVersion: '1' }),
    });
    // Versions differ in whose error it is, that of the server or that of the client.
    expect([400, 500]).toContain(status);
    expect(body.message).toContain('resourceVersion should not be set on objects to be created');
  });

  test('what is not there is a 404 with details', async () => {
    const { status, body } = await cluster.api.call('GET', `${maps}/none`);
    expect(status).toBe(404);
    expect(body).toMatchObject({
      reason: 'NotFound',
      message: 'configmaps "none" not found',
      details: { name: 'none', kind: 'configmaps' },
    });
  });

  test('a resource that is not served is a 404, a method that is not a 405', async () => {
    expect((await cluster.api.call('GET', '/apis/no.such.group/v1/things')).status).toBe(404);
    expect((await cluster.api.call('PUT', maps, { body: configMap('x') })).status).toBe(405);
  });

  test('an update needs the version that it changes, and keeps what the server set', async () => {
    const made = await cluster.create('configmaps', configMap('updated'));
    const at = `${maps}/updated`;
    const changed = await cluster.api.call('PUT', at, { body: { ...made, data: { a: '2' } } });
    expect(changed).toMatchObject({
      status: 200,
      body: {
        metadata: { uid: made.metadata.uid, creationTimestamp: made.metadata.creationTimestamp },
        data: { a: '2' },
      },
    });
    const stale = await cluster.api.call('PUT', at, { body: { ...made, data: { a: '3' } } });
    expect(stale).toMatchObject({
      status: 409,
      body: {
        reason: 'Conflict',
        message: expect.stringContaining(
          'the object has been modified; please apply your changes to the latest version and try again',
        ),
      },
    });
  });

  test('an update that changes nothing writes nothing', async () => {
    const made = await cluster.create('configmaps', configMap('same'));
    const again = await cluster.api.call('PUT', `${maps}/same`, { body: made });
    expect(again.body.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
  });

  test('a dry run answers like the real one and stores nothing', async () => {
    const { status, body } = await cluster.api.call('POST', `${maps}?dryRun=All`, { body: configMap('dry') });
    expect(status).toBe(201);
    expect(body.metadata.uid).toBeTruthy();
    expect((await cluster.api.call('GET', `${maps}/dry`)).status).toBe(404);
  });

  test('stringData of a Secret becomes data', async () => {
    const secret = await cluster.create('secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'text' },
      stringData: { a: 'b' },
    });
    expect(secret).toMatchObject({ type: 'Opaque', data: { a: 'Yg==' } });
    expect(secret.stringData).toBeUndefined();
  });

  test('what is immutable stays', async () => {
    const made = await cluster.create('configmaps', { ...configMap('fixed'), immutable: true });
    const { status, body } = await cluster.api.call('PUT', `${maps}/fixed`, {
      body: { ...made, data: { a: '2' } },
    });
    expect(status).toBe(422);
    expect(body.message).toContain('field is immutable when `immutable` is set');
  });

  test('lists select by labels and fields', async () => {
    for (const [name, labels] of [
      ['sel-a', { app: 'x', tier: 'front' }],
      ['sel-b', { app: 'x' }],
      ['sel-c', { app: 'y' }],
    ] as const) {
      await cluster.create('configmaps', configMap(name, {}, { labels }));
    }
    const names = async (query: string): Promise<readonly string[]> => {
      const { body } = await cluster.api.call('GET', `${maps}?${query}`);
      return body.items
        .map((item: { metadata: { name: string } }) => item.metadata.name)
        .filter((name: string) => name.startsWith('sel-'));
    };
    expect(await names('labelSelector=app%3Dx')).toEqual(['sel-a', 'sel-b']);
    expect(await names('labelSelector=app%3Dx,tier!%3Dfront')).toEqual(['sel-b']);
    expect(await names('labelSelector=app+in+(x,y),!tier')).toEqual(['sel-b', 'sel-c']);
    expect(await names('labelSelector=app+notin+(x),app')).toEqual(['sel-c']);
    expect(await names('fieldSelector=metadata.name%3Dsel-b')).toEqual(['sel-b']);
    expect((await cluster.api.call('GET', `${maps}?fieldSelector=data.a%3D1`)).status).toBe(400);
    expect((await cluster.api.call('GET', `${maps}?labelSelector=%3D%3D`)).status).toBe(400);
  });

  test('pages show the state that the first one saw', async () => {
    for (let index = 0; index < 5; index += 1) {
      await cluster.create('secrets', {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: `page-${index}`, labels: { paged: 'yes' } },
      });
    }
    const at = `${cluster.path('secrets')}?labelSelector=paged%3Dyes&limit=2`;
    const first = await cluster.api.call('GET', at);
    expect(first.body.items).toHaveLength(2);
    await cluster.api.call('DELETE', `${cluster.path('secrets')}/page-4`);
    const second = await cluster.api.call('GET', `${at}&continue=${first.body.metadata.continue}`);
    const third = await cluster.api.call('GET', `${at}&continue=${second.body.metadata.continue}`);
    expect(third.body.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual([
      'page-4',
    ]);
    expect(third.body.metadata.continue ?? '').toBe('');
    expect(third.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
  });

  test('tables and metadata alone are given to whom asks for them', async () => {
    await cluster.create('configmaps', configMap('shown', { a: '1', b: '2' }));
    const table = await cluster.api.call('GET', `${maps}/shown`, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
    });
    expect(table.body.kind).toBe('Table');
    expect(table.body.columnDefinitions.map((column: { name: string }) => column.name)).toEqual([
      'Name',
      'Data',
      'Age',
    ]);
    expect(table.body.rows[0].cells.slice(0, 2)).toEqual(['shown', 2]);
    const metadata = await cluster.api.call('GET', maps, {
      accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    });
    expect(metadata.body.kind).toBe('PartialObjectMetadataList');
    expect(metadata.body.items[0].data).toBeUndefined();
    expect((await cluster.api.call('GET', maps, { accept: 'text/html' })).status).toBe(406);
  });
});
