import { type Json, textAt, valueAt } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { bytes, flag, mapOf, text, withDefault } from '../schema/build.ts';
import type { FieldCause } from '../status-error.ts';
import { ageColumn, cellAt, column, nameColumn } from './column.ts';
import { checkDataKeys, checkImmutable, dataSize } from './data-entries.ts';
import { immutableField } from './immutable-field.ts';
import { kindSchema } from './metadata.ts';
import { builtInType, type ResourceType } from './resource-type.ts';

const secretTypes: ReadonlyMap<string, readonly string[]> = new Map([
  ['kubernetes.io/tls', ['tls.crt', 'tls.key']],
  ['kubernetes.io/ssh-auth', ['ssh-privatekey']],
  ['kubernetes.io/dockerconfigjson', ['.dockerconfigjson']],
]);

export const secretType: ResourceType = builtInType({
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  schema: kindSchema({
    type: withDefault(text, 'Opaque'),
    data: mapOf({ ...bytes, nullable: true }),
    stringData: mapOf(text),
    immutable: flag,
  }),
  selectableFields: ['type'],
  columns: [
    nameColumn,
    column('Type', cellAt('type')),
    column('Data', (secret) => dataSize(secret, 'data'), { type: 'integer' }),
    ageColumn,
  ],
  behaviour: {
    prepareCreate: encodeStringData,
    prepareUpdate: encodeStringData,
    validate: (secret) => [
      ...checkDataKeys(secret, 'data'),
      ...(secretTypes.get(textAt(secret, 'type') ?? '') ?? [])
        .filter((key) => valueAt(secret, 'data', key) === undefined)
        .map(
          (key): FieldCause => ({
            field: `data[${key}]`,
            reason: 'FieldValueRequired',
            message: 'Required value',
          }),
        ),
    ],
    validateUpdate: (secret, old) => [
      ...checkImmutable(secret, old, ['data']),
      ...(secret.type === old.type ? [] : [immutableField('type', secret.type)]),
    ],
  },
});

/** `stringData` is only a way to write: it becomes part of `data` and is never stored. */
function encodeStringData(secret: KubeObject): KubeObject {
  const { stringData, ...rest } = secret;
  if (stringData === undefined) {
    return secret;
  }
  const encoded = Object.entries((stringData ?? {}) as Record<string, string>).map(
    ([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')] as const,
  );
  return {
    ...rest,
    data: { ...(secret.data as Record<string, Json>), ...Object.fromEntries(encoded) },
  } as KubeObject;
}
