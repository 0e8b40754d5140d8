import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from './connection/api.ts';
import { configMap, type JudgedCluster, job, judgedCluster } from './connection/judged-cluster.ts';

describe('patches', () => {
  let cluster: JudgedCluster;

  beforeAll(async () => {
    cluster = await judgedCluster();
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  const patch = (name: string, type: string, body: unknown, query = ''): Promise<Answer> =>
    cluster.api.call('PATCH', `${cluster.path('configmaps')}/${name}${query}`, {
      type: `application/${type}`,
      body,
    });
  const apply = (name: string, manager: string, data: Record<string, string>, query = ''): Promise<Answer> =>
    patch(name, 'apply-patch+yaml', configMap(name, data), `?fieldManager=${manager}${query}`);

  test.each([
    { type: 'merge-patch+json', body: { data: { a: null, b: '2' } }, data: { b: '2' } },
    { type: 'strategic-merge-patch+json', body: { data: { a: null, b: '2' } }, data: { b: '2' } },
    { type: 'json-patch+json', body: [{ op: 'replace', path: '/data/a', value: '9' }], data: { a: '9' } },
  ])('$type', async ({ type, body, data }) => {
    const name = `by-${type.split('-')[0]}`;
    await cluster.create('configmaps', configMap(name));
    const answer = await patch(name, type, body);
    expect(answer.status).toBe(200);
    expect(answer.body.data).toEqual(data);
  });

  test('a strategic merge patch merges containers by name', async () => {
    await cluster.create(
      'jobs',
      job('strategic', 'true', { suspend: true, ...(cluster.minor < 21 && { parallelism: 0 }) }),
      'batch/v1',
    );
    const body = { metadata: { finalizers: ['example.org/one'] } };
    const at = `${cluster.path('jobs', 'batch/v1')}/strategic`;
    await cluster.api.call('PATCH', at, { type: 'application/strategic-merge-patch+json', body });
    const second = await cluster.api.call('PATCH', at, {
      type: 'application/strategic-merge-patch+json',
      body: { metadata: { finalizers: ['example.org/two'] } },
    });
    expect(second.body.metadata.finalizers).toEqual(
      expect.arrayContaining(['example.org/one', 'example.org/two']),
    );
    await cluster.api.call('PATCH', at, {
      type: 'application/merge-patch+json',
      body: { metadata: { finalizers: null } },
    });
  });

  test.each([
    { what: 'a patch of an unknown type', type: 'x-patch+json', body: {}, status: 415 },
    {
      what: 'a failed test',
      type: 'json-patch+json',
      body: [{ op: 'test', path: '/data/a', value: 'other' }],
      status: 422,
    },
    {
      what: 'a stale resourceVersion',
      type: 'merge-patch+json',
      body: { metadata: { resourceVersion: '1' } },
      status: 409,
    },
    { what: 'another name', type: 'merge-patch+json', body: { metadata: { name: 'other' } }, status: 400 },
  ])('refuses $what', async ({ what, type, body, status }) => {
    const name = `refused-${what.replaceAll(/\W/g, '').toLowerCase()}`;
    await cluster.create('configmaps', configMap(name));
    const answer = await patch(name, type, body);
    expect(answer).toMatchObject({ status, body: { kind: 'Status', code: status } });
  });

  test('server-side apply creates, changes, conflicts, forces and prunes', async () => {
    const made = await apply('applied', 'one', { a: '1', b: '2' });
    expect(made.status).toBe(201);
    expect(made.body.metadata.managedFields).toMatchObject([
      { manager: 'one', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1' },
    ]);
    const refused = await apply('applied', 'two', { a: '9' });
    expect(refused).toMatchObject({
      status: 409,
      body: {
        reason: 'Conflict',
        message: 'Apply failed with 1 conflict: conflict with "one": .data.a',
        details: {
          causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.a' }],
        },
      },
    });
    const forced = await apply('applied', 'two', { a: '9' }, '&force=true');
    expect(forced.body.data).toEqual({ a: '9', b: '2' });
    const pruned = await apply('applied', 'one', {});
    expect(pruned.body.data).toEqual({ a: '9' });
  });

  test('server-side apply asks for the name of the applier', async () => {
    expect((await patch('nameless', 'apply-patch+yaml', configMap('nameless'))).status).toBe(422);
  });

  test('an apply that changes nothing writes nothing', async () => {
    const first = await apply('unchanged', 'one', { a: '1' });
    const second = await apply('unchanged', 'one', { a: '1' });
    expect(second.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
  });
});
