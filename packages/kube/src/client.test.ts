import { expect, it } from 'vitest';
import { createMemoryApi } from '../test/memory-api.ts';
import { createClient } from './client.ts';
import { isAlreadyExists, isConflict, isGone, isNotFound } from './error.ts';
import type { KubeObject } from './object.ts';
import { defineResource } from './resource.ts';

interface Box extends KubeObject {
  readonly spec?: { readonly size: number };
}

const boxes = defineResource<Box>({
  group: 'x.org',
  version: 'v1',
  plural: 'boxes',
  kind: 'Box',
  namespaced: true,
});
const box = (name: string, size = 1): Box => ({
  apiVersion: 'x.org/v1',
  kind: 'Box',
  metadata: { namespace: 'n', name },
  spec: { size },
});

function setup() {
  const api = createMemoryApi();
  return { api, client: createClient({ transport: api.transport, fieldManager: 'tester' }) };
}

it('creates, gets, finds, replaces and deletes', async () => {
  const { client } = setup();
  const created = await client.create(boxes, box('a'));
  expect(await client.get(boxes, { namespace: 'n', name: 'a' })).toEqual(created);
  const replaced = await client.replace(boxes, { ...created, spec: { size: 2 } });
  expect(replaced.spec?.size).toBe(2);
  expect(await client.delete(boxes, { namespace: 'n', name: 'a' })).toBe(true);
  expect(await client.delete(boxes, { namespace: 'n', name: 'a' })).toBe(false);
  expect(await client.find(boxes, { namespace: 'n', name: 'a' })).toBeUndefined();
});

it('tells the errors of the API server apart', async () => {
  const { api, client } = setup();
  const created = await client.create(boxes, box('a'));
  const failure = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);
  expect(isAlreadyExists(await failure(client.create(boxes, box('a'))))).toBe(true);
  expect(isNotFound(await failure(client.get(boxes, { namespace: 'n', name: 'b' })))).toBe(true);
  await client.replace(boxes, created);
  expect(isConflict(await failure(client.replace(boxes, created)))).toBe(true);
  api.failNext('GET', 410, 2);
  expect(isGone(await failure(client.list(boxes)))).toBe(true);
});

it('applies as one field manager and by force', async () => {
  const { api, client } = setup();
  await client.apply(boxes, box('a', 7));
  expect(api.requests).toEqual(['PATCH /apis/x.org/v1/namespaces/n/boxes/a']);
  expect(Object.fromEntries(api.queries[0] ?? [])).toEqual({ fieldManager: 'tester', force: 'true' });
});

it('reads every page of a list, and gives the items the kind that lists leave out', async () => {
  const { api, client } = setup();
  for (let index = 0; index < 25; index += 1) {
    api.put(`/apis/x.org/v1/namespaces/n/boxes/b${index}`, { metadata: { namespace: 'n' } });
  }
  const list = await client.list(boxes, { namespace: 'n', pageSize: 10 });
  expect(list.items).toHaveLength(25);
  expect(api.requests).toHaveLength(3);
  expect(list.items[0]).toMatchObject({ apiVersion: 'x.org/v1', kind: 'Box' });
});

it('starts a list over when its continue token has expired', async () => {
  const { api, client } = setup();
  api.put('/apis/x.org/v1/namespaces/n/boxes/b', {});
  api.failNext('GET', 410);
  expect((await client.list(boxes, { namespace: 'n' })).items).toHaveLength(1);
});
