import { expect, test } from 'vitest';
import type { Json } from '../json.ts';
import { withDefaults } from './default.ts';
import { prune } from './prune.ts';
import type { Schema } from './schema.ts';
import { validate } from './validate.ts';

const object = (properties: Record<string, Schema>, more: Partial<Schema> = {}): Schema => ({
  type: 'object',
  properties,
  ...more,
});

test.each<{ what: string; schema: Schema; value: Json; says: readonly string[] }>([
  { what: 'a wrong type', schema: { type: 'string' }, value: 1, says: ['x in body must be of type string'] },
  {
    what: 'a whole number with a fraction',
    schema: { type: 'integer' },
    value: 1.5,
    says: ['must be of type integer: "number"'],
  },
  { what: 'null', schema: { type: 'string' }, value: null, says: ['must be of type string: "null"'] },
  { what: 'null where it may be', schema: { type: 'string', nullable: true }, value: null, says: [] },
  {
    what: 'a value that is not in the enum',
    schema: { type: 'string', enum: ['a', 'b'] },
    value: 'c',
    says: ['Unsupported value: "c": supported values: "a", "b"'],
  },
  {
    what: 'a pattern',
    schema: { type: 'string', pattern: '^[0-9]+(B|K|M|G|T)$' },
    value: '5X',
    says: ["should match '^[0-9]+(B|K|M|G|T)$'"],
  },
  {
    what: 'a pattern that ignores case',
    schema: { type: 'string', pattern: '(?i)^abc$' },
    value: 'ABC',
    says: [],
  },
  {
    what: 'too long a text, counted in characters',
    schema: { type: 'string', maxLength: 2 },
    value: '🙂🙂🙂',
    says: ['may not be more than 2 characters'],
  },
  {
    what: 'characters outside the basic plane as one each',
    schema: { type: 'string', maxLength: 2 },
    value: '🙂🙂',
    says: [],
  },
  {
    what: 'too small a number',
    schema: { type: 'integer', minimum: 1 },
    value: 0,
    says: ['should be greater than or equal to 1'],
  },
  {
    what: 'the limit itself where it is excluded',
    schema: { type: 'integer', maximum: 1, exclusiveMaximum: true },
    value: 1,
    says: ['should be less than 1'],
  },
  {
    what: 'a number of more than 32 bits',
    schema: { type: 'integer', format: 'int32' },
    value: 2 ** 31,
    says: ['must fit into 32 bits'],
  },
  {
    what: 'too many items',
    schema: { type: 'array', maxItems: 1, items: {} },
    value: [1, 2],
    says: ['Too many: 2: must have at most 1 items'],
  },
  {
    what: 'an item of a set that is there twice',
    schema: { type: 'array', items: {}, 'x-kubernetes-list-type': 'set' },
    value: ['a', 'a'],
    says: ['Duplicate value: "a"'],
  },
  {
    what: 'a key of a list that is there twice',
    schema: {
      type: 'array',
      items: object({ name: { type: 'string' } }),
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    },
    value: [{ name: 'a' }, { name: 'a' }],
    says: ['Duplicate value: {"name":"a"}'],
  },
  { what: 'a missing member', schema: object({}, { required: ['a'] }), value: {}, says: ['Required value'] },
  {
    what: 'an int-or-string that is neither',
    schema: { 'x-kubernetes-int-or-string': true },
    value: true,
    says: ['must be of type integer,string'],
  },
  {
    what: 'none of several schemas',
    schema: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
    value: true,
    says: ['at least one schema'],
  },
  {
    what: 'more than one of several schemas',
    schema: { oneOf: [{ type: 'integer' }, { minimum: 0 }] },
    value: 3,
    says: ['one and only one schema'],
  },
  { what: 'what must not be', schema: { not: { enum: ['x'] } }, value: 'x', says: ['must not validate'] },
  {
    what: 'a time that is none',
    schema: { type: 'string', format: 'date-time' },
    value: 'yesterday',
    says: ['must be of type date-time'],
  },
  { what: 'an unknown format', schema: { type: 'string', format: 'whatever' }, value: 'x', says: [] },
])('validation finds $what', ({ schema, value, says }) => {
  const messages = validate(value, schema, 'x').map((cause) => cause.message);
  expect(messages).toEqual(says.map((text) => expect.stringContaining(text)));
});

test('causes carry the path of the field', () => {
  const schema = object({
    list: { type: 'array', items: object({ size: { type: 'integer' } }, { required: ['size'] }) },
  });
  expect(validate({ list: [{ size: 1 }, {}] }, schema).map((cause) => cause.field)).toEqual(['list[1].size']);
});

test('pruning drops what the schema does not know and names it', () => {
  const schema = object({
    spec: object({ known: {} }),
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  });
  const { value, unknown } = prune(
    { kind: 'X', spec: { known: 1, other: 2 }, free: { any: { thing: 1 } }, more: 3 },
    schema,
  );
  expect(value).toEqual({ kind: 'X', spec: { known: 1 }, free: { any: { thing: 1 } } });
  expect(unknown).toEqual(['spec.other', 'more']);
});

test('pruning takes names of prototypes as data', () => {
  const value = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}');
  expect(prune(value, object({}))).toEqual({ value: {}, unknown: ['__proto__', 'constructor'] });
});

test('defaults fill what is absent, and null where null may not be', () => {
  const schema = object({
    a: { type: 'string', default: 'x' },
    b: { type: 'string', default: 'y', nullable: true },
    inner: object({ c: { type: 'integer', default: 1 } }, { default: {} }),
  });
  expect(withDefaults({ a: null, b: null }, schema)).toEqual({ a: 'x', b: null, inner: { c: 1 } });
});

test('defaults leave an object alone that needs none', () => {
  const value = { a: 'given' };
  expect(withDefaults(value, object({ a: { type: 'string', default: 'x' } }))).toBe(value);
});
