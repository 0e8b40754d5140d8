import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Body } from './connection/api.ts';
import { configMap, type JudgedCluster, judgedCluster } from './connection/judged-cluster.ts';

describe('deletion', () => {
  let cluster: JudgedCluster;
  let maps: string;

  beforeAll(async () => {
    cluster = await judgedCluster();
    maps = cluster.path('configmaps');
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  const isGone = (name: string): Promise<Body> =>
    cluster.until(`${maps}/${name}`, (object) => object.code === 404);
  const owned = (name: string, owner: Body, blocks = false): Promise<Body> => {
    const reference = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: owner.metadata.name,
      uid: owner.metadata.uid,
      blockOwnerDeletion: blocks,
    };
    return cluster.create('configmaps', configMap(name, {}, { ownerReferences: [reference] }));
  };

  test('answers with a Status that names what went', async () => {
    const made = await cluster.create('configmaps', configMap('plain'));
    const { status, body } = await cluster.api.call('DELETE', `${maps}/plain`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'plain', kind: 'configmaps', uid: made.metadata.uid },
    });
    expect((await cluster.api.call('DELETE', `${maps}/plain`)).status).toBe(404);
  });

  test('waits for finalizers, to which none can be added', async () => {
    await cluster.create('configmaps', configMap('held', {}, { finalizers: ['example.org/hold'] }));
    const marked = await cluster.api.call('DELETE', `${maps}/held`);
    expect(marked.body.metadata.deletionTimestamp).toBeTruthy();
    const more = await cluster.api.call('PATCH', `${maps}/held`, {
      type: 'application/merge-patch+json',
      body: { metadata: { finalizers: ['example.org/hold', 'example.org/more'] } },
    });
    expect(more.status).toBe(422);
    await cluster.api.call('PATCH', `${maps}/held`, {
      type: 'application/merge-patch+json',
      body: { metadata: { finalizers: null } },
    });
    await isGone('held');
  });

  test('checks its preconditions', async () => {
    await cluster.create('configmaps', configMap('guarded'));
    const { status, body } = await cluster.api.call('DELETE', `${maps}/guarded`, {
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        preconditions: { uid: '00000000-0000-0000-0000-000000000000' },
      },
    });
    expect(status).toBe(409);
    expect(body.message).toContain(
      'the UID in the precondition (00000000-0000-0000-0000-000000000000) does not match the UID in record',
    );
  });

  test('takes children along in the background', async () => {
    const owner = await cluster.create('configmaps', configMap('parent'));
    await owned('child', owner);
    await cluster.api.call('DELETE', `${maps}/parent?propagationPolicy=Background`);
    await isGone('parent');
    await isGone('child');
  });

  test('in the foreground waits for children that block', async () => {
    const owner = await cluster.create('configmaps', configMap('waiting-parent'));
    await owned('blocking-child', owner, true);
    await cluster.api.call('PATCH', `${maps}/blocking-child`, {
      type: 'application/merge-patch+json',
      body: { metadata: { finalizers: ['example.org/hold'] } },
    });
    const marked = await cluster.api.call('DELETE', `${maps}/waiting-parent?propagationPolicy=Foreground`);
    expect(marked.body.metadata.finalizers).toEqual(['foregroundDeletion']);
    await cluster.until(`${maps}/blocking-child`, (child) => child.metadata.deletionTimestamp !== undefined);
    expect((await cluster.api.call('GET', `${maps}/waiting-parent`)).status).toBe(200);
    await cluster.api.call('PATCH', `${maps}/blocking-child`, {
      type: 'application/merge-patch+json',
      body: { metadata: { finalizers: null } },
    });
    await isGone('waiting-parent');
  });

  test('can orphan children', async () => {
    const owner = await cluster.create('configmaps', configMap('leaving-parent'));
    await owned('orphan', owner);
    await cluster.api.call('DELETE', `${maps}/leaving-parent?propagationPolicy=Orphan`);
    await isGone('leaving-parent');
    const orphan = await cluster.until(
      `${maps}/orphan`,
      (child) => child.metadata.ownerReferences === undefined,
    );
    expect(orphan.metadata.deletionTimestamp).toBeUndefined();
  });

  test('keeps a child that another owner still has', async () => {
    const first = await cluster.create('configmaps', configMap('first-parent'));
    const second = await cluster.create('configmaps', configMap('second-parent'));
    const references = [first, second].map((owner) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: owner.metadata.name,
      uid: owner.metadata.uid,
    }));
    await cluster.create('configmaps', configMap('shared-child', {}, { ownerReferences: references }));
    await cluster.api.call('DELETE', `${maps}/first-parent?propagationPolicy=Background`);
    await cluster.until(`${maps}/shared-child`, (child) => child.metadata.ownerReferences.length === 1);
    await cluster.api.call('DELETE', `${maps}/second-parent?propagationPolicy=Background`);
    await isGone('shared-child');
  });

  test('of a collection takes what the selector says', async () => {
    await cluster.create('configmaps', configMap('swept', {}, { labels: { sweep: 'yes' } }));
    await cluster.create('configmaps', configMap('spared'));
    await cluster.api.call('DELETE', `${maps}?labelSelector=sweep%3Dyes`);
    await isGone('swept');
    expect((await cluster.api.call('GET', `${maps}/spared`)).status).toBe(200);
  });

  test('of a namespace empties it, and nothing new gets in', async () => {
    const name = `${cluster.namespace}-doomed`;
    await cluster.api.call('POST', '/api/v1/namespaces', {
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    });
    const inside = `/api/v1/namespaces/${name}/configmaps`;
    await cluster.api.call('POST', inside, {
      body: configMap('held', {}, { finalizers: ['example.org/hold'] }),
    });
    await cluster.api.call('DELETE', `/api/v1/namespaces/${name}`);
    const refused = await cluster.api.call('POST', inside, { body: configMap('late') });
    expect(refused).toMatchObject({
      status: 403,
      body: { reason: 'Forbidden', message: expect.stringContaining('because it is being terminated') },
    });
    await cluster.until(`${inside}/held`, (map) => map.metadata.deletionTimestamp !== undefined);
    await cluster.api.call('PATCH', `${inside}/held`, {
      type: 'application/merge-patch+json',
      body: { metadata: { finalizers: null } },
    });
    await cluster.until(`/api/v1/namespaces/${name}`, (namespace) => namespace.code === 404);
  });
});
