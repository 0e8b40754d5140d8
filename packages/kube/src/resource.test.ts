import { expect, it } from 'vitest';
import { collectionPath, defineResource, objectPath } from './resource.ts';

const secrets = defineResource({
  group: '',
  version: 'v1',
  plural: 'secrets',
  kind: 'Secret',
  namespaced: true,
});
const boxes = defineResource({
  group: 'x.org',
  version: 'v1',
  plural: 'boxes',
  kind: 'Box',
  namespaced: false,
});

it('builds the paths of core, grouped, namespaced and cluster-scoped kinds', () => {
  expect(collectionPath(secrets, undefined)).toBe('/api/v1/secrets');
  expect(collectionPath(secrets, 'n')).toBe('/api/v1/namespaces/n/secrets');
  expect(objectPath(secrets, { namespace: 'n', name: 'a' })).toBe('/api/v1/namespaces/n/secrets/a');
  expect(objectPath(boxes, { name: 'a' }, 'status')).toBe('/apis/x.org/v1/boxes/a/status');
});

it.each(['', '.', '..', '../x', 'a/b', '%2e%2e'])(
  'refuses the name %j, which would lead elsewhere',
  (name) => {
    expect(() => objectPath(secrets, { namespace: 'n', name })).toThrow(/not a name/);
    expect(() => objectPath(secrets, { namespace: name, name: 'a' })).toThrow(/not a name|needs a namespace/);
  },
);

it('encodes what is left, so that no query can be begun', () => {
  expect(objectPath(secrets, { namespace: 'n', name: 'a?watch=1#' })).toBe(
    '/api/v1/namespaces/n/secrets/a%3Fwatch%3D1%23',
  );
});
