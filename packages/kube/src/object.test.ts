import { describe, expect, it } from 'vitest';
import { controllerOf, objectKey, ownerReference, parseObjectKey } from './object.ts';

const parent = {
  apiVersion: 'example.org/v1',
  kind: 'Box',
  metadata: { name: 'a', namespace: 'n', uid: 'u1' },
};

it.each([
  [{ namespace: 'n', name: 'a' }, 'n/a'],
  [{ name: 'a' }, 'a'],
])('%j has the key %s, and back', (name, key) => {
  expect(objectKey(name)).toBe(key);
  expect(parseObjectKey(key)).toEqual(name);
});

describe('controllerOf', () => {
  const child = { apiVersion: 'v1', kind: 'Secret', metadata: { ownerReferences: [ownerReference(parent)] } };

  it('finds the owner, whatever its version', () => {
    expect(controllerOf(child, 'example.org', 'Box')).toMatchObject({
      name: 'a',
      uid: 'u1',
      controller: true,
    });
  });

  it.each([
    ['example.com', 'Box'],
    ['example.org', 'Bag'],
  ])('is not fooled by %s/%s', (group, kind) => {
    expect(controllerOf(child, group, kind)).toBeUndefined();
  });
});
