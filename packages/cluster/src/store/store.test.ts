import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KubeObject } from '../object.ts';
import type { StoreEvent } from './history.ts';
import { Store } from './store.ts';

let folder: string;
let store: Store;
let failures: unknown[] = [];

const open = (): Store =>
  new Store({
    file: join(folder, 'cluster.db'),
    maxHistory: 3,
    onListenerError: (error) => failures.push(error),
  });
const object = (name: string, namespace = 'a'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, uid: name, resourceVersion: '', creationTimestamp: '' },
});

beforeEach(() => {
  failures = [];
  folder = mkdtempSync(join(tmpdir(), 'store-'));
  store = open();
});

afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

test('keeps objects and the revision over a restart, deletions too', () => {
  store.put('/x', object('one'));
  store.put('/x', object('two'));
  store.delete('/x', 'a', 'one');
  store.close();
  store = open();
  expect(store.revision).toBe(3);
  expect(store.list('/x').map((entry) => entry.object.metadata)).toMatchObject([
    { name: 'two', resourceVersion: '2' },
  ]);
  expect(store.put('/x', object('three')).metadata.resourceVersion).toBe('4');
});

test('lists one namespace or all, in the order of their keys', () => {
  for (const [name, namespace] of [
    ['z', 'a'],
    ['a', 'b'],
    ['a', 'a-b'],
    ['b', 'a'],
  ] as const) {
    store.put('/x', object(name, namespace));
  }
  expect(store.list('/x').map((entry) => entry.key)).toEqual(['a-b/a', 'a/b', 'a/z', 'b/a']);
  expect(store.list('/x', 'a').map((entry) => entry.key)).toEqual(['a/b', 'a/z']);
});

test('tells listeners of every change in order, with what was before', () => {
  const events: StoreEvent[] = [];
  store.subscribe((event) => events.push(event));
  store.put('/x', object('one'));
  store.put('/x', object('one'));
  store.delete('/x', 'a', 'one');
  expect(events.map(({ type, revision, previous }) => [type, revision, previous?.revision])).toEqual([
    ['ADDED', 1, undefined],
    ['MODIFIED', 2, 1],
    ['DELETED', 3, 2],
  ]);
});

test('a listener that throws keeps nobody else from hearing, nor the write from being done', () => {
  const heard: number[] = [];
  store.subscribe(() => {
    throw new Error('broken');
  });
  store.subscribe(({ revision }) => heard.push(revision));
  expect(store.put('/x', object('one')).metadata.resourceVersion).toBe('1');
  expect(heard).toEqual([1]);
  expect(failures).toEqual([new Error('broken')]);
});

test('the history is bounded and knows how far it reaches back', () => {
  for (let index = 0; index < 20; index += 1) {
    store.put('/x', object(`o${index}`));
  }
  expect(store.history.after(1)).toBeUndefined();
  const { completeSince } = store.history;
  expect(store.history.after(completeSince)?.map((event) => event.revision)).toEqual(
    Array.from({ length: 20 - completeSince }, (_, index) => completeSince + index + 1),
  );
  expect(20 - completeSince).toBeGreaterThanOrEqual(3);
});

test('the history holds no more than so many bytes', () => {
  store.close();
  store = new Store({
    file: join(folder, 'cluster.db'),
    maxHistory: 1000,
    onListenerError: () => {},
    maxHistoryBytes: 10_000,
  });
  const large = { ...object('large'), data: { text: 'x'.repeat(4000) } };
  for (let index = 0; index < 10; index += 1) {
    store.put('/x', large);
  }
  const known = store.history.after(store.history.completeSince) ?? [];
  expect(known.length).toBeGreaterThan(0);
  expect(known.length).toBeLessThan(6);
  expect(known.at(-1)?.revision).toBe(store.revision);
});

test('the file is readable for its owner alone', () => {
  expect(statSync(join(folder, 'cluster.db')).mode & 0o777).toBe(0o600);
});

test('a second process can not open it', () => {
  store.put('/x', object('one'));
  expect(open).toThrow('locked');
});
