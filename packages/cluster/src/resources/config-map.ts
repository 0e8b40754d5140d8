import { bytes, flag, mapOf, text } from '../schema/build.ts';
import { ageColumn, column, nameColumn } from './column.ts';
import { checkDataKeys, checkImmutable, dataSize } from './data-entries.ts';
import { kindSchema } from './metadata.ts';
import { builtInType, type ResourceType } from './resource-type.ts';

export const configMapType: ResourceType = builtInType({
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  schema: kindSchema({ data: mapOf(text), binaryData: mapOf(bytes), immutable: flag }),
  columns: [
    nameColumn,
    column('Data', (map) => dataSize(map, 'data') + dataSize(map, 'binaryData'), { type: 'integer' }),
    ageColumn,
  ],
  behaviour: {
    validate: (map) => [...checkDataKeys(map, 'data'), ...checkDataKeys(map, 'binaryData')],
    validateUpdate: (map, old) => checkImmutable(map, old, ['data', 'binaryData']),
  },
});
