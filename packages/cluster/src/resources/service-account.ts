import { listAt } from '../json.ts';
import { flag, listByKey, listOf } from '../schema/build.ts';
import { ageColumn, column, nameColumn } from './column.ts';
import { kindSchema, localReference, objectReference } from './metadata.ts';
import { builtInType, type ResourceType } from './resource-type.ts';

export const serviceAccountType: ResourceType = builtInType({
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  schema: kindSchema({
    secrets: listByKey(objectReference, 'name'),
    imagePullSecrets: listOf(localReference),
    automountServiceAccountToken: flag,
  }),
  columns: [
    nameColumn,
    column('Secrets', (account) => listAt(account, 'secrets').length, { type: 'integer' }),
    ageColumn,
  ],
});
