import type { JsonObject } from '../json.ts';
import { isBeingDeleted, type KubeObject } from '../object.ts';
import { groupVersion, type ResourceType } from '../resources/resource-type.ts';
import { badRequest, conflict, invalid, staleVersion } from '../status-error.ts';

export function assertType(type: ResourceType, input: JsonObject): void {
  const apiVersion = groupVersion(type);
  if (input.kind !== type.kind || input.apiVersion !== apiVersion) {
    throw badRequest(
      `the object provided is ${String(input.apiVersion)} ${String(input.kind)}, but this address takes ${apiVersion} ${type.kind}`,
    );
  }
}

/** Name, namespace, uid and version of an update must be those of the object that it changes. */
export function assertSameObject(type: ResourceType, old: KubeObject, input: JsonObject): void {
  assertType(type, input);
  const metadata = (input.metadata ?? {}) as JsonObject;
  if (metadata.name !== old.metadata.name) {
    throw badRequest(
      `the name of the object (${String(metadata.name)}) does not match the name on the URL (${old.metadata.name})`,
    );
  }
  if (metadata.namespace !== undefined && metadata.namespace !== old.metadata.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const expected = metadata.resourceVersion ?? '';
  // Built-in kinds can be replaced whatever their version is; for custom ones the client must say which it has seen.
  if (expected === '' && !type.builtIn) {
    const message = 'Invalid value: 0: must be specified for an update';
    throw invalid(type, old.metadata.name, [
      { field: 'metadata.resourceVersion', reason: 'FieldValueInvalid', message },
    ]);
  }
  if (expected !== '' && expected !== old.metadata.resourceVersion) {
    throw conflict(type, old.metadata.name, staleVersion);
  }
  if (metadata.uid !== undefined && metadata.uid !== '' && metadata.uid !== old.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${String(metadata.uid)}, UID in object meta: ${old.metadata.uid}`;
    throw conflict(type, old.metadata.name, why);
  }
}

export function assertFinalizers(type: ResourceType, old: KubeObject, object: KubeObject): void {
  const before = new Set(old.metadata.finalizers);
  const added = (object.metadata.finalizers ?? []).filter((finalizer) => !before.has(finalizer));
  if (isBeingDeleted(old) && added.length > 0) {
    const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`;
    throw invalid(type, old.metadata.name, [
      { field: 'metadata.finalizers', reason: 'FieldValueForbidden', message },
    ]);
  }
}
