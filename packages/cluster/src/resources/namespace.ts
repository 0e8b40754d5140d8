import { withMetadata } from '../object.ts';
import { listByKey, listOf, object, text } from '../schema/build.ts';
import { ageColumn, cellAt, column, nameColumn } from './column.ts';
import { condition, kindSchema } from './metadata.ts';
import { builtInType, type ResourceType } from './resource-type.ts';

export const namespaceType: ResourceType = builtInType({
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  hasStatus: true,
  schema: kindSchema({
    spec: object({ finalizers: listOf(text) }),
    status: object({ phase: text, conditions: listByKey(condition, 'type') }),
  }),
  selectableFields: ['status.phase'],
  columns: [nameColumn, column('Status', cellAt('status', 'phase')), ageColumn],
  behaviour: {
    prepareCreate: (namespace) => ({
      ...withMetadata(namespace, {
        labels: { ...namespace.metadata.labels, 'kubernetes.io/metadata.name': namespace.metadata.name },
      }),
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    }),
    prepareUpdate: (namespace, old) => ({ ...namespace, spec: old.spec ?? {} }),
  },
});
