import { listAt, textAt, valueAt } from '../json.ts';
import { flag, intOrString, listByKey, mapOf, object, quantity, text } from '../schema/build.ts';
import { ageColumn, column, nameColumn } from './column.ts';
import { condition, kindSchema } from './metadata.ts';
import { builtInType, type ResourceType } from './resource-type.ts';

export const nodeType: ResourceType = builtInType({
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  shortNames: ['no'],
  namespaced: false,
  hasStatus: true,
  schema: kindSchema({
    spec: object({ unschedulable: flag, podCIDR: text, providerID: text }),
    status: object({
      conditions: listByKey(condition, 'type'),
      addresses: listByKey(object({ type: text, address: text }), 'type'),
      nodeInfo: mapOf(intOrString),
      capacity: mapOf(quantity),
      allocatable: mapOf(quantity),
    }),
  }),
  columns: [
    nameColumn,
    column('Status', (node) => {
      const ready = listAt(node, 'status', 'conditions').find((one) => valueAt(one, 'type') === 'Ready');
      return valueAt(ready, 'status') === 'True' ? 'Ready' : 'NotReady';
    }),
    column('Roles', () => 'control-plane'),
    ageColumn,
    column('Version', (node) => textAt(node, 'status', 'nodeInfo', 'kubeletVersion') ?? ''),
    column('OS-Image', (node) => textAt(node, 'status', 'nodeInfo', 'osImage') ?? '', { wide: true }),
    column('Kernel-Version', (node) => textAt(node, 'status', 'nodeInfo', 'kernelVersion') ?? '', {
      wide: true,
    }),
  ],
});
