import { expect, test } from 'vitest';
import type { JsonObject } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { podType } from '../resources/pod.ts';
import { serverSideApply } from './apply.ts';
import { paths } from './field-set.ts';
import { managersAfterWrite, readManagers } from './managed-fields.ts';

const base = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } } as const;

function apply(live: JsonObject, manager: string, applied: JsonObject, force = false): JsonObject {
  const options = {
    schema: podType.schema,
    apiVersion: 'v1',
    manager,
    subresource: undefined,
    force,
    time: '2026-01-01T00:00:00Z',
  };
  return serverSideApply(live, { ...base, ...applied }, options);
}

const container = (name: string, more: JsonObject = {}): JsonObject => ({ name, ...more });
const pod = (...containers: readonly JsonObject[]): JsonObject => ({ spec: { containers } });

function owners(object: JsonObject): Record<string, readonly string[]> {
  return Object.fromEntries(readManagers(object).map((manager) => [manager.name, paths(manager.fields)]));
}

test('what an applier no longer says goes; what others say stays', () => {
  const first = apply(
    { ...base },
    'one',
    pod(container('a', { image: '1', workingDir: '/x' }), container('b')),
  );
  const both = apply(first, 'two', pod(container('b', { image: '2' }), container('c')));
  const last = apply(both, 'one', pod(container('a', { image: '1' })));
  expect(last.spec).toEqual({
    containers: [{ name: 'a', image: '1' }, { name: 'b', image: '2' }, { name: 'c' }],
  });
  expect(owners(last)).toEqual({
    two: [
      '.spec.containers[name="b"]',
      '.spec.containers[name="b"].image',
      '.spec.containers[name="b"].name',
      '.spec.containers[name="c"]',
      '.spec.containers[name="c"].name',
    ],
    one: [
      '.spec.containers[name="a"]',
      '.spec.containers[name="a"].image',
      '.spec.containers[name="a"].name',
    ],
  });
});

test('the same value is shared, another one is a conflict that names manager and field', () => {
  const one = apply({ ...base }, 'one', pod(container('a', { image: '1' })));
  const shared = apply(one, 'two', pod(container('a', { image: '1' })));
  expect(Object.keys(owners(shared)).sort()).toEqual(['one', 'two']);
  expect(() => apply(shared, 'three', pod(container('a', { image: '3' })))).toThrow(
    expect.objectContaining({
      reason: 'Conflict',
      message: expect.stringContaining('Apply failed with 2 conflicts'),
    }),
  );
  expect(() => apply(one, 'two', pod(container('a', { image: '2' })))).toThrow(
    'Apply failed with 1 conflict: conflict with "one": .spec.containers[name="a"].image',
  );
});

test('force takes the field from its owner', () => {
  const one = apply({ ...base }, 'one', pod(container('a', { image: '1', workingDir: '/x' })));
  const taken = apply(one, 'two', pod(container('a', { image: '2' })), true);
  expect(taken.spec).toEqual({ containers: [{ name: 'a', image: '2', workingDir: '/x' }] });
  expect(owners(taken).one).not.toContain('.spec.containers[name="a"].image');
});

test('items come in the order in which they are applied, those of others behind their neighbour', () => {
  const one = apply({ ...base }, 'one', pod(container('a'), container('b')));
  const two = apply(one, 'two', pod(container('x')));
  const turned = apply(two, 'one', pod(container('b'), container('a')));
  const names = (turned.spec as { containers: JsonObject[] }).containers.map((item) => item.name);
  expect(names).toEqual(['b', 'x', 'a']);
});

test('an update takes from an applier the fields that it changes', () => {
  const one = apply({ ...base }, 'one', pod(container('a', { image: '1' }))) as KubeObject;
  const object = { ...one, spec: { containers: [{ name: 'a', image: '2' }] } };
  const managedFields = managersAfterWrite({
    schema: podType.schema,
    apiVersion: 'v1',
    old: one,
    object,
    manager: 'editor',
    subresource: undefined,
    time: 't',
  });
  const all = owners({ metadata: { managedFields } } as unknown as JsonObject);
  expect(all.editor).toEqual(['.spec.containers[name="a"].image']);
  expect(all.one).not.toContain('.spec.containers[name="a"].image');
  expect(() =>
    apply(
      { ...object, metadata: { ...object.metadata, managedFields } } as unknown as JsonObject,
      'one',
      pod(container('a', { image: '1' })),
    ),
  ).toThrow('conflict with "editor"');
});

test('keys of maps are owned one by one', () => {
  const one = apply({ ...base }, 'one', { metadata: { name: 'p', labels: { a: '1', b: '2' } } });
  const two = apply(one, 'two', { metadata: { name: 'p', labels: { c: '3' } } });
  const last = apply(two, 'one', { metadata: { name: 'p', labels: { a: '1' } } });
  expect((last.metadata as JsonObject).labels).toEqual({ a: '1', c: '3' });
});
