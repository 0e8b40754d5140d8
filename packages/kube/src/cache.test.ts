import { expect, it } from 'vitest';
import { createCache } from './cache.ts';

const object = (name: string, version: string, color = 'red', uid = 'u') => ({
  apiVersion: 'v1',
  kind: 'Box',
  metadata: { namespace: 'n', name, resourceVersion: version, uid, labels: { color } },
});

function indexed() {
  const cache = createCache<ReturnType<typeof object>>();
  cache.addIndex('color', (box) => [box.metadata.labels.color]);
  const names = (color: string) => cache.byIndex('color', color).map((box) => box.metadata.name);
  return { cache, names };
}

it('finds objects by index, also after they moved or went', () => {
  const { cache, names } = indexed();
  cache.put(object('a', '1'));
  cache.put(object('b', '2'));
  expect(names('red')).toEqual(['a', 'b']);
  cache.put(object('a', '3', 'blue'));
  expect([names('red'), names('blue')]).toEqual([['b'], ['a']]);
  cache.remove(object('b', '4'));
  expect(names('red')).toEqual([]);
});

it('indexes what is there already when the index is added late', () => {
  const cache = createCache<ReturnType<typeof object>>();
  cache.put(object('a', '1'));
  cache.addIndex('color', (box) => [box.metadata.labels.color]);
  expect(cache.byIndex('color', 'red')).toHaveLength(1);
});

it('says nothing about an object that it has in this version', () => {
  const { cache } = indexed();
  const changes: string[] = [];
  cache.onChange(({ type }) => changes.push(type));
  cache.put(object('a', '1'));
  cache.replaceAll([object('a', '1')]);
  cache.replaceAll([object('a', '1', 'red', 'made again')]);
  cache.replaceAll([]);
  expect(changes).toEqual(['added', 'updated', 'deleted']);
});

it('tells a new listener what is there', () => {
  const { cache } = indexed();
  cache.put(object('a', '1'));
  const seen: unknown[] = [];
  const stop = cache.onChange((change) => seen.push(change.object.metadata.name));
  stop();
  cache.put(object('b', '1'));
  expect(seen).toEqual(['a']);
});
