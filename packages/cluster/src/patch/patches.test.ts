import { describe, expect, test } from 'vitest';
import type { Json } from '../json.ts';
import { podType } from '../resources/pod.ts';
import { jsonPatch } from './json-patch.ts';
import { mergePatch } from './merge-patch.ts';
import { strategicMergePatch } from './strategic-merge-patch.ts';

describe('RFC 7386', () => {
  test.each<{ target: Json; patch: Json; result: Json }>([
    { target: { a: 'b' }, patch: { a: 'c' }, result: { a: 'c' } },
    { target: { a: 'b', b: 'c' }, patch: { a: null }, result: { b: 'c' } },
    { target: { a: ['b'] }, patch: { a: 'c' }, result: { a: 'c' } },
    { target: { a: { b: 'c' } }, patch: { a: { b: 'd', c: null } }, result: { a: { b: 'd' } } },
    { target: { a: [{ b: 'c' }] }, patch: { a: [1] }, result: { a: [1] } },
    { target: ['a', 'b'], patch: { a: 1 }, result: { a: 1 } },
    { target: { e: null }, patch: { a: 1 }, result: { e: null, a: 1 } },
    { target: {}, patch: { a: { bb: { ccc: null } } }, result: { a: { bb: {} } } },
  ])('$patch on $target', ({ target, patch, result }) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });

  test('takes __proto__ as a member like any other', () => {
    const result = mergePatch({}, JSON.parse('{"__proto__":{"x":1}}')) as object;
    expect(Object.keys(result)).toEqual(['__proto__']);
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});

describe('RFC 6902', () => {
  test.each<{ what: string; document: Json; patch: Json; result: Json }>([
    {
      what: 'adds a member',
      document: { a: 1 },
      patch: [{ op: 'add', path: '/b', value: 2 }],
      result: { a: 1, b: 2 },
    },
    {
      what: 'inserts an item',
      document: { a: [1, 3] },
      patch: [{ op: 'add', path: '/a/1', value: 2 }],
      result: { a: [1, 2, 3] },
    },
    {
      what: 'appends an item',
      document: { a: [1] },
      patch: [{ op: 'add', path: '/a/-', value: 2 }],
      result: { a: [1, 2] },
    },
    {
      what: 'removes an item',
      document: { a: [1, 2] },
      patch: [{ op: 'remove', path: '/a/0' }],
      result: { a: [2] },
    },
    {
      what: 'replaces',
      document: { a: 1 },
      patch: [{ op: 'replace', path: '/a', value: null }],
      result: { a: null },
    },
    { what: 'moves', document: { a: 1 }, patch: [{ op: 'move', from: '/a', path: '/b' }], result: { b: 1 } },
    {
      what: 'copies',
      document: { a: [1] },
      patch: [
        { op: 'copy', from: '/a', path: '/b' },
        { op: 'add', path: '/b/-', value: 2 },
      ],
      result: { a: [1], b: [1, 2] },
    },
    {
      what: 'reads escapes',
      document: { 'a/b': { 'c~d': 1 } },
      patch: [{ op: 'replace', path: '/a~1b/c~0d', value: 2 }],
      result: { 'a/b': { 'c~d': 2 } },
    },
    {
      what: 'tests',
      document: { a: { b: [1] } },
      patch: [{ op: 'test', path: '/a', value: { b: [1] } }],
      result: { a: { b: [1] } },
    },
  ])('$what', ({ document, patch, result }) => {
    const before = structuredClone(document);
    expect(jsonPatch(document, patch)).toEqual(result);
    expect(document).toEqual(before);
  });

  test.each<{ what: string; patch: Json; reason: string }>([
    { what: 'a failed test', patch: [{ op: 'test', path: '/a', value: 2 }], reason: 'Invalid' },
    { what: 'a path that is not there', patch: [{ op: 'remove', path: '/x' }], reason: 'Invalid' },
    { what: 'an index past the end', patch: [{ op: 'add', path: '/list/5', value: 1 }], reason: 'Invalid' },
    {
      what: 'a prototype as a path',
      patch: [{ op: 'replace', path: '/__proto__/x', value: 1 }],
      reason: 'Invalid',
    },
    { what: 'no list', patch: {}, reason: 'BadRequest' },
    { what: 'an unknown operation', patch: [{ op: 'spin', path: '/a' }], reason: 'BadRequest' },
    {
      what: 'too many operations',
      patch: Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/a', value: 1 })),
      reason: 'RequestEntityTooLarge',
    },
  ])('refuses $what', ({ patch, reason }) => {
    expect(() => jsonPatch({ a: 1, list: [] }, patch)).toThrow(expect.objectContaining({ reason }));
  });
});

describe('a strategic merge patch', () => {
  const containers = (...list: readonly Json[]): Json => ({ spec: { containers: list } });
  test.each<{ what: string; target: Json; patch: Json; result: Json }>([
    {
      what: 'merges items by name',
      target: containers({ name: 'a', image: '1', tty: true }, { name: 'b' }),
      patch: containers({ name: 'a', image: '2' }),
      result: containers({ name: 'a', image: '2', tty: true }, { name: 'b' }),
    },
    {
      what: 'adds an item',
      target: containers({ name: 'a' }),
      patch: containers({ name: 'b' }),
      result: containers({ name: 'a' }, { name: 'b' }),
    },
    {
      what: 'deletes an item',
      target: containers({ name: 'a' }, { name: 'b' }),
      patch: containers({ name: 'a', $patch: 'delete' }),
      result: containers({ name: 'b' }),
    },
    {
      what: 'replaces a list',
      target: containers({ name: 'a' }, { name: 'b' }),
      patch: containers({ $patch: 'replace' }, { name: 'c' }),
      result: containers({ name: 'c' }),
    },
    {
      what: 'replaces an atomic list',
      target: containers({ name: 'a', args: ['1', '2'] }),
      patch: containers({ name: 'a', args: ['3'] }),
      result: containers({ name: 'a', args: ['3'] }),
    },
    {
      what: 'adds to a set',
      target: { metadata: { finalizers: ['a/b'] } },
      patch: { metadata: { finalizers: ['c/d'] } },
      result: { metadata: { finalizers: ['a/b', 'c/d'] } },
    },
    {
      what: 'deletes from a set',
      target: { metadata: { finalizers: ['a/b', 'c/d'] } },
      patch: { metadata: { '$deleteFromPrimitiveList/finalizers': ['a/b'] } },
      result: { metadata: { finalizers: ['c/d'] } },
    },
    {
      what: 'keeps only some members',
      target: { spec: { volumes: [{ name: 'v', emptyDir: {} }] } },
      patch: {
        spec: { volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/x' } }] },
      },
      result: { spec: { volumes: [{ name: 'v', hostPath: { path: '/x' } }] } },
    },
    {
      what: 'orders items',
      target: containers({ name: 'a' }, { name: 'b' }),
      patch: { spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }], containers: [] } },
      result: containers({ name: 'b' }, { name: 'a' }),
    },
  ])('$what', ({ target, patch, result }) => {
    expect(strategicMergePatch(target, patch, podType.schema)).toEqual(result);
  });

  test('refuses an item without its key', () => {
    expect(() =>
      strategicMergePatch(containers({ name: 'a' }), containers({ image: 'x' }), podType.schema),
    ).toThrow('has no name');
  });
});
