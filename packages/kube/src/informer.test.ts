import { expect, it, vi } from 'vitest';
import { createMemoryApi } from '../test/memory-api.ts';
import { createClient } from './client.ts';
import { type InformerOptions, startInformer } from './informer.ts';
import type { KubeObject } from './object.ts';
import { defineResource } from './resource.ts';

const boxes = defineResource({
  group: 'x.org',
  version: 'v1',
  plural: 'boxes',
  kind: 'Box',
  namespaced: true,
});
const path = (name: string) => `/apis/x.org/v1/namespaces/n/boxes/${name}`;
const object = (size: number) => ({ metadata: { namespace: 'n' }, spec: { size } });

function setup(options: Partial<InformerOptions<KubeObject>> = {}) {
  const api = createMemoryApi();
  const client = createClient({ transport: api.transport, fieldManager: 'tester' });
  const changes: string[] = [];
  const start = () => {
    const informer = startInformer({ client, resource: boxes, namespace: 'n', random: () => 1, ...options });
    informer.onChange((change) => changes.push(`${change.type} ${change.object.metadata.name}`));
    return informer;
  };
  const lists = () =>
    api.queries.filter((query, index) => api.requests[index]?.startsWith('GET') && !query.has('watch'));
  return { api, changes, start, lists };
}

it('holds what is there, then follows every change', async () => {
  const { api, changes, start } = setup();
  api.put(path('a'), object(1));
  await using informer = start();
  await informer.synced;
  api.put(path('b'), object(1));
  api.put(path('a'), object(2));
  api.remove(path('b'));
  await vi.waitFor(() => expect(changes).toEqual(['added a', 'added b', 'updated a', 'deleted b']));
  expect([...informer.cache.list()].map((entry) => entry.metadata.name)).toEqual(['a']);
});

it('goes on where it was after a cut connection, without a new list', async () => {
  const { api, changes, start, lists } = setup();
  await using informer = start();
  await informer.synced;
  await vi.waitFor(() => expect(api.openWatches()).toBe(1));
  api.cutWatches();
  api.put(path('a'), object(1));
  await vi.waitFor(() => expect(changes).toEqual(['added a']));
  expect(lists()).toHaveLength(1);
});

it('lists again after 410 and tells only what is different', async () => {
  const { api, changes, start, lists } = setup();
  api.put(path('a'), object(1));
  api.put(path('b'), object(1));
  await using informer = start();
  await informer.synced;
  await vi.waitFor(() => expect(api.openWatches()).toBe(1));
  changes.length = 0;
  api.endWatches();
  api.remove(path('b'));
  api.forgetHistory();
  await vi.waitFor(() => expect(changes).toEqual(['deleted b']));
  expect(lists()).toHaveLength(2);
});

it('lists again when it is time, even if every watch was fine', async () => {
  const { api, start, lists } = setup({ relistIntervalMs: 1 });
  await using informer = start();
  await informer.synced;
  await vi.waitFor(() => expect(api.openWatches()).toBe(1));
  api.endWatches();
  await vi.waitFor(() => expect(lists().length).toBeGreaterThan(1));
});

it('reports failures, keeps trying, and syncs when the API server is back', async () => {
  const onError = vi.fn();
  const { api, start } = setup({ onError });
  api.failNext('GET', 503, 2);
  await using informer = start();
  expect(informer.hasSynced()).toBe(false);
  expect(informer.lastHeardAt()).toBeUndefined();
  await informer.synced;
  expect(onError).toHaveBeenCalledTimes(2);
  expect(informer.lastHeardAt()).toBeGreaterThan(0);
});

it('keeps only what the transform leaves', async () => {
  const { api, start } = setup({
    transform: ({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }),
  });
  api.put(path('a'), object(1));
  await using informer = start();
  await informer.synced;
  expect(informer.cache.get('n/a')).not.toHaveProperty('spec');
});

it('rejects `synced` when it is closed before the first list', async () => {
  const { api, start } = setup();
  api.failNext('GET', 503, 1000);
  const informer = start();
  await informer.close();
  await expect(informer.synced).rejects.toThrow('closed before');
});
