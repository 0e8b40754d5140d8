import type { JsonObject } from '../json.ts';
import type { KubeObject } from '../object.ts';
import type { ResourceType } from '../resources/resource-type.ts';

/** What `includeObject` of a request for a Table says. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface TableOptions {
  readonly type: ResourceType;
  readonly includeObject: IncludeObject;
  readonly nowMs: number;
}

/** Objects as the rows that `kubectl get` prints. Column definitions may be left out of the later events of a watch. */
export function table(
  objects: readonly KubeObject[],
  { type, includeObject, nowMs }: TableOptions,
  metadata: JsonObject,
  withColumns = true,
): JsonObject {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: withColumns
      ? type.columns.map((column) => ({
          name: column.name,
          type: column.type,
          format: column.format ?? '',
          description: column.description ?? '',
          priority: column.priority ?? 0,
        }))
      : [],
    rows: objects.map((object) => ({
      cells: type.columns.map((column) => column.cell(object, nowMs)),
      ...(includeObject !== 'None' && { object: includeObject === 'Object' ? object : partial(object) }),
    })),
  };
}

export function partial(object: KubeObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}
