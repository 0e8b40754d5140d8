import { type Json, listAt, textAt, valueAt } from '../json.ts';
import {
  atomic,
  listByKey,
  listOf,
  mapOf,
  object,
  oneOf,
  quantity,
  text,
  withDefault,
} from '../schema/build.ts';
import { ageColumn, cellAt, column, nameColumn } from './column.ts';
import { condition, kindSchema, labelSelector } from './metadata.ts';
import { builtInType, type ResourceType } from './resource-type.ts';

const shortAccessModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

export const persistentVolumeClaimType: ResourceType = builtInType({
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  hasStatus: true,
  schema: kindSchema({
    spec: object({
      accessModes: listOf(oneOf('ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod')),
      resources: object({ requests: mapOf(quantity), limits: mapOf(quantity) }),
      selector: labelSelector,
      storageClassName: text,
      volumeMode: withDefault(oneOf('Filesystem', 'Block'), 'Filesystem'),
      volumeName: text,
      dataSource: atomic(object({ apiGroup: text, kind: text, name: text })),
    }),
    status: object({
      phase: text,
      accessModes: listOf(text),
      capacity: mapOf(quantity),
      conditions: listByKey(condition, 'type'),
    }),
  }),
  columns: [
    nameColumn,
    column('Status', cellAt('status', 'phase')),
    column('Volume', (claim) => textAt(claim, 'spec', 'volumeName') ?? ''),
    column('Capacity', (claim) => valueAt(claim, 'status', 'capacity', 'storage') ?? ''),
    column('Access Modes', (claim) => accessModes(listAt(claim, 'status', 'accessModes'))),
    column('StorageClass', (claim) => textAt(claim, 'spec', 'storageClassName') ?? ''),
    column('VolumeAttributesClass', () => '<unset>'),
    ageColumn,
    column('VolumeMode', cellAt('spec', 'volumeMode'), { wide: true }),
  ],
  behaviour: { prepareCreate: (claim) => ({ ...claim, status: { phase: 'Pending' } }) },
});

function accessModes(modes: readonly Json[]): string {
  return modes.map((mode) => shortAccessModes[String(mode)] ?? String(mode)).join(',');
}
