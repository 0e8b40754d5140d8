import { expect, test } from 'vitest';
import type { Json } from '../json.ts';
import type { Schema, ValidationRule } from './schema.ts';
import { validateRules } from './validate-rules.ts';

const ruled = (...rules: readonly ValidationRule[]): Schema => ({
  type: 'object',
  properties: {
    size: { type: 'integer' },
    share: { type: 'number' },
    until: { type: 'string', format: 'date-time' },
    a: { type: 'string' },
    b: { type: 'string' },
    list: { type: 'array', items: { type: 'string' } },
  },
  'x-kubernetes-validations': rules,
});

test.each<{ rule: string; value: Json; old?: Json; holds: boolean }>([
  { rule: '!(has(self.a) && has(self.b))', value: { a: '1' }, holds: true },
  { rule: '!(has(self.a) && has(self.b))', value: { a: '1', b: '2' }, holds: false },
  { rule: 'self.size + 1 > 3', value: { size: 3 }, holds: true },
  { rule: 'self.share * 2.0 < 1.0', value: { share: 0 }, holds: true },
  { rule: "self.list.all(item, item.startsWith('x'))", value: { list: ['x1', 'y'] }, holds: false },
  {
    rule: "self.until > timestamp('2026-01-01T00:00:00Z')",
    value: { until: '2026-06-01T00:00:00Z' },
    holds: true,
  },
  { rule: "self.a.matches('^[a-z]+$')", value: { a: 'A' }, holds: false },
  { rule: 'self.a == oldSelf.a', value: { a: '1' }, holds: true },
  { rule: 'self.a == oldSelf.a', value: { a: '1' }, old: { a: '1' }, holds: true },
  { rule: 'self.a == oldSelf.a', value: { a: '1' }, old: { a: '2' }, holds: false },
])('$rule for $value after $old: $holds', ({ rule, value, old, holds }) => {
  expect(validateRules(value, old, ruled({ rule })).length === 0).toBe(holds);
});

test('says the message, or the one that an expression makes, at the field that the rule names', () => {
  const said = (rule: Partial<ValidationRule>): Json =>
    validateRules({ a: 'x' }, undefined, {
      type: 'object',
      properties: { spec: ruled() },
      ...ruled({ rule: 'false', ...rule }),
    }) as unknown as Json;
  expect(said({ message: 'not so' })).toEqual([
    { field: '<nil>', reason: 'FieldValueInvalid', message: 'Invalid value: "object": not so' },
  ]);
  expect(
    said({ messageExpression: "'got ' + self.a", fieldPath: '.a', reason: 'FieldValueForbidden' }),
  ).toEqual([{ field: '.a', reason: 'FieldValueForbidden', message: 'Invalid value: "object": got x' }]);
  expect(said({})).toEqual([
    expect.objectContaining({ message: 'Invalid value: "object": failed rule: false' }),
  ]);
});

test('a rule that can not be evaluated lets nothing pass', () => {
  expect(validateRules({}, undefined, ruled({ rule: 'self.a.size() > 0' }))).toEqual([
    expect.objectContaining({ message: expect.stringContaining('could not be evaluated: No such key: a') }),
  ]);
});

test('items of keyed lists are compared with what they were', () => {
  const item = ruled({ rule: 'self.b == oldSelf.b', message: 'b is fixed' });
  const schema: Schema = {
    type: 'array',
    items: item,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['a'],
  };
  const old = [
    { a: '1', b: 'x' },
    { a: '2', b: 'y' },
  ];
  expect(
    validateRules(
      [
        { a: '2', b: 'y' },
        { a: '3', b: 'z' },
      ],
      old,
      schema,
    ),
  ).toEqual([]);
  expect(validateRules([{ a: '2', b: 'changed' }], old, schema).map((cause) => cause.field)).toEqual(['[0]']);
});
