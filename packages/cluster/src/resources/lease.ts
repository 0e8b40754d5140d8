import { textAt } from '../json.ts';
import { int32, object, text, time } from '../schema/build.ts';
import { ageColumn, column, nameColumn } from './column.ts';
import { kindSchema } from './metadata.ts';
import { builtInType, type ResourceType } from './resource-type.ts';

export const leaseType: ResourceType = builtInType({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  schema: kindSchema({
    spec: object({
      holderIdentity: text,
      leaseDurationSeconds: { ...int32, minimum: 1 },
      acquireTime: time,
      renewTime: time,
      leaseTransitions: { ...int32, minimum: 0 },
      strategy: text,
      preferredHolder: text,
    }),
  }),
  columns: [
    nameColumn,
    column('Holder', (lease) => textAt(lease, 'spec', 'holderIdentity') ?? ''),
    ageColumn,
  ],
});
