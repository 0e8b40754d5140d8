import { type Json, type JsonObject, textAt } from '../json.ts';
import type { KubeObject } from '../object.ts';
import type { Schema } from '../schema/schema.ts';
import { allChanged, changedFields } from './changed-fields.ts';
import {
  difference,
  type FieldSet,
  fromFieldsV1,
  isEmpty,
  noFields,
  toFieldsV1,
  union,
  without,
} from './field-set.ts';

/** One entry of metadata.managedFields: who set which fields, and how. */
export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string | undefined;
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

/** Fields that nobody owns: the server's, and those that identify the object. */
const unowned = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'selfLink',
  'managedFields',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generateName',
];

const unownedFields: FieldSet = fromFieldsV1({
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': Object.fromEntries(unowned.map((key) => [`f:${key}`, {}])),
});

export function ownable(fields: FieldSet): FieldSet {
  const rest = without(fields, unownedFields);
  const metadata = rest.children.get('f:metadata');
  // Metadata that holds only fields that nobody owns is itself nobody's.
  if (metadata !== undefined && metadata.children.size === 0) {
    const children = new Map(rest.children);
    children.delete('f:metadata');
    return { owned: false, children };
  }
  return { ...rest, owned: false };
}

export function readManagers(object: JsonObject): readonly Manager[] {
  const entries = ((object.metadata as JsonObject | undefined)?.managedFields ?? []) as readonly Json[];
  return entries.map((entry) => ({
    name: textAt(entry, 'manager') ?? 'unknown',
    operation: textAt(entry, 'operation') === 'Apply' ? 'Apply' : 'Update',
    apiVersion: textAt(entry, 'apiVersion') ?? '',
    subresource: textAt(entry, 'subresource'),
    time: textAt(entry, 'time'),
    fields: fromFieldsV1((entry as JsonObject).fieldsV1),
  }));
}

export function writeManagers(managers: readonly Manager[]): readonly JsonObject[] | undefined {
  const entries = managers
    .filter((manager) => !isEmpty(manager.fields))
    .map((manager) => ({
      manager: manager.name,
      operation: manager.operation,
      apiVersion: manager.apiVersion,
      ...(manager.time !== undefined && { time: manager.time }),
      fieldsType: 'FieldsV1',
      fieldsV1: toFieldsV1(manager.fields),
      ...(manager.subresource !== undefined && { subresource: manager.subresource }),
    }));
  return entries.length === 0 ? undefined : entries;
}

export interface Write {
  readonly schema: Schema;
  readonly apiVersion: string;
  readonly old: KubeObject | undefined;
  readonly object: KubeObject;
  readonly manager: string;
  readonly subresource: string | undefined;
  readonly time: string;
}

/** The managedFields after a create, update or patch: the writer gains what it changed, everybody else loses it. */
export function managersAfterWrite(write: Write): readonly JsonObject[] | undefined {
  // A client that sends an empty list resets the account; any other list it may not edit.
  const reset = write.object.metadata.managedFields?.length === 0;
  const before = write.old === undefined || reset ? [] : readManagers(write.old);
  const change = changedFields(write.old ?? {}, write.object, write.schema);
  const written = ownable(change.written);
  const lost = ownable(allChanged(change));
  if (isEmpty(lost)) {
    return writeManagers(before);
  }
  const isWriter = (manager: Manager): boolean =>
    manager.name === write.manager &&
    manager.operation === 'Update' &&
    manager.subresource === write.subresource;
  const writer = before.find(isWriter);
  const own = difference(writer?.fields ?? noFields, ownable(change.removed));
  const rest = before
    .filter((manager) => !isWriter(manager))
    .map((manager) => ({ ...manager, fields: difference(manager.fields, lost) }));
  const entry: Manager = {
    name: write.manager,
    operation: 'Update',
    apiVersion: write.apiVersion,
    subresource: write.subresource,
    time: write.time,
    fields: union(own, written),
  };
  return writeManagers([...rest, entry]);
}
