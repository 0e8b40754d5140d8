import { type JsonObject, listAt, sameJson } from '../json.ts';
import { isBeingDeleted, type KubeObject, withMetadata } from '../object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { methodNotAllowed } from '../status-error.ts';

export type Subresource = 'status' | undefined;

/** Puts what only the server may say back, keeps status and spec apart, and counts the generation. */
export function settle(
  type: ResourceType,
  old: KubeObject,
  input: KubeObject,
  subresource: Subresource,
): KubeObject {
  const fixed = {
    name: old.metadata.name,
    namespace: old.metadata.namespace,
    generateName: old.metadata.generateName,
    uid: old.metadata.uid,
    creationTimestamp: old.metadata.creationTimestamp,
    deletionTimestamp: old.metadata.deletionTimestamp,
    deletionGracePeriodSeconds: old.metadata.deletionGracePeriodSeconds,
    resourceVersion: old.metadata.resourceVersion,
    generation: old.metadata.generation,
    selfLink: undefined,
  };
  if (subresource === 'status') {
    if (!type.hasStatus) {
      throw methodNotAllowed(`${type.plural} have no status subresource`);
    }
    const { status: _, ...rest } = old;
    const managedFields = input.metadata.managedFields;
    const object = input.status === undefined ? rest : { ...rest, status: input.status };
    return withMetadata(object as KubeObject, { managedFields });
  }
  const kept = withMetadata(withOldStatus(type, input, old), fixed);
  const prepared = type.behaviour.prepareUpdate?.(kept, old) ?? kept;
  const changed =
    type.hasGeneration && !sameJson(withoutMetadata(prepared, type), withoutMetadata(old, type));
  return changed ? withMetadata(prepared, { generation: (old.metadata.generation ?? 0) + 1 }) : prepared;
}

export function withoutStatus(object: KubeObject, type: ResourceType): KubeObject {
  if (!type.hasStatus) {
    return object;
  }
  const { status: _, ...rest } = object;
  return rest as KubeObject;
}

function withOldStatus(type: ResourceType, input: KubeObject, old: KubeObject): KubeObject {
  const rest = withoutStatus(input, type);
  return type.hasStatus && old.status !== undefined ? { ...rest, status: old.status } : rest;
}

function withoutMetadata(object: KubeObject, type: ResourceType): JsonObject {
  const { metadata: _, ...rest } = object;
  return type.hasStatus ? { ...rest, status: null } : rest;
}

/** The object without the times of managed fields: a write that changes only those is none. */
export function withoutVolatile(object: KubeObject): JsonObject {
  const managedFields = object.metadata.managedFields?.map(({ time: _, ...entry }) => entry);
  return withMetadata(object, { managedFields, resourceVersion: undefined });
}

/** Marked for deletion, and nothing holds it any more. */
export function isReadyToGo(object: KubeObject): boolean {
  const { finalizers = [], deletionGracePeriodSeconds = 0 } = object.metadata;
  return (
    isBeingDeleted(object) &&
    finalizers.length === 0 &&
    specFinalizers(object).length === 0 &&
    deletionGracePeriodSeconds === 0
  );
}

export function specFinalizers(object: KubeObject): readonly unknown[] {
  return object.kind === 'Namespace' ? listAt(object, 'spec', 'finalizers') : [];
}
