import { expect, test } from 'vitest';
import type { JsonObject } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { objectMeta } from '../resources/metadata.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { secretType } from '../resources/secret.ts';
import { assertValid, conform } from './admit.ts';

const type: ResourceType = {
  ...secretType,
  builtIn: false,
  kind: 'Thing',
  group: 'example.org',
  behaviour: {},
  schema: {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: { size: { type: 'integer', maximum: 5 }, name: { type: 'string', maxLength: 3 } },
      },
      metadata: objectMeta,
    },
  },
};

const thing = (spec: JsonObject): KubeObject => ({
  apiVersion: 'example.org/v1',
  kind: 'Thing',
  metadata: { name: 'a', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec,
});

test('what was wrong before may stay as it is while the rest is changed', () => {
  const old = thing({ size: 9, name: 'a' });
  expect(() => assertValid(thing({ size: 9, name: 'b' }), type, old)).not.toThrow();
  expect(() => assertValid(thing({ size: 8, name: 'a' }), type, old)).toThrow(
    'Thing.example.org "a" is invalid: spec.size: Invalid value: 8',
  );
  expect(() => assertValid(thing({ size: 9, name: 'long' }), type, old)).toThrow('spec.name: Too long');
});

test.each([
  { fieldValidation: 'Ignore', warnings: [], refused: false },
  { fieldValidation: 'Warn', warnings: ['unknown field "spec.other"'], refused: false },
  { fieldValidation: 'Strict', warnings: [], refused: true },
] as const)('field validation $fieldValidation', ({ fieldValidation, warnings, refused }) => {
  const said: string[] = [];
  const act = (): JsonObject =>
    conform({ ...thing({ size: 1, other: 2 }) }, type, {
      fieldValidation,
      warn: (message) => said.push(message),
    });
  if (refused) {
    expect(act).toThrow('strict decoding error: unknown field "spec.other"');
  } else {
    expect(act().spec).toEqual({ size: 1 });
  }
  expect(said).toEqual(warnings);
});
