import { type Json, listAt, sameJson, textAt, valueAt } from '../json.ts';
import { type KubeObject, withMetadata } from '../object.ts';
import {
  atomic,
  bytes,
  flag,
  int32,
  intOrString,
  listByKey,
  listOf,
  mapOf,
  object,
  oneOf,
  quantity,
  text,
  time,
  withDefault,
} from '../schema/build.ts';
import type { FieldCause } from '../status-error.ts';
import { age, ageColumn, cellAt, column, nameColumn } from './column.ts';
import { condition, kindSchema, labelSelector, localReference, objectReference } from './metadata.ts';
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

const secretTypes: ReadonlyMap<string, readonly string[]> = new Map([
  ['kubernetes.io/tls', ['tls.crt', 'tls.key']],
  ['kubernetes.io/ssh-auth', ['ssh-privatekey']],
  ['kubernetes.io/dockerconfigjson', ['.dockerconfigjson']],
]);

export const secretType: ResourceType = builtInType({
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  schema: kindSchema({
    type: withDefault(text, 'Opaque'),
    data: mapOf({ ...bytes, nullable: true }),
    stringData: mapOf(text),
    immutable: flag,
  }),
  selectableFields: ['type'],
  columns: [
    nameColumn,
    column('Type', cellAt('type')),
    column('Data', (secret) => dataSize(secret, 'data'), { type: 'integer' }),
    ageColumn,
  ],
  behaviour: {
    prepareCreate: encodeStringData,
    prepareUpdate: encodeStringData,
    validate: (secret) => [
      ...checkDataKeys(secret, 'data'),
      ...(secretTypes.get(textAt(secret, 'type') ?? '') ?? [])
        .filter((key) => valueAt(secret, 'data', key) === undefined)
        .map(
          (key): FieldCause => ({
            field: `data[${key}]`,
            reason: 'FieldValueRequired',
            message: 'Required value',
          }),
        ),
    ],
    validateUpdate: (secret, old) => [
      ...checkImmutable(secret, old, ['data']),
      ...(secret.type === old.type ? [] : [immutableField('type', secret.type)]),
    ],
  },
});

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

export const eventType: ResourceType = builtInType({
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  schema: kindSchema(
    {
      involvedObject: objectReference,
      reason: text,
      message: text,
      source: object({ component: text, host: text }),
      firstTimestamp: time,
      lastTimestamp: time,
      eventTime: { ...time },
      count: int32,
      type: text,
      action: text,
      related: objectReference,
      reportingComponent: text,
      reportingInstance: text,
      series: object({ count: int32, lastObservedTime: time }),
    },
    ['involvedObject'],
  ),
  selectableFields: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  columns: [
    column('Last Seen', (event, nowMs) => age(lastSeen(event), nowMs)),
    column('Type', cellAt('type')),
    column('Reason', cellAt('reason')),
    column('Object', (event) => {
      return `${(textAt(event, 'involvedObject', 'kind') ?? '').toLowerCase()}/${textAt(event, 'involvedObject', 'name') ?? ''}`;
    }),
    column('Subobject', (event) => textAt(event, 'involvedObject', 'fieldPath') ?? '', { wide: true }),
    column(
      'Source',
      (event) => textAt(event, 'source', 'component') ?? textAt(event, 'reportingComponent') ?? '',
      { wide: true },
    ),
    column('Message', (event) => (textAt(event, 'message') ?? '').trim()),
    column('First Seen', (event, nowMs) => age(event.firstTimestamp ?? event.eventTime, nowMs), {
      wide: true,
    }),
    column('Count', (event) => valueAt(event, 'series', 'count') ?? event.count ?? 1, {
      wide: true,
      type: 'integer',
    }),
    { ...nameColumn, priority: 1 },
  ],
});

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

/** `stringData` is only a way to write: it becomes part of `data` and is never stored. */
function encodeStringData(secret: KubeObject): KubeObject {
  const { stringData, ...rest } = secret;
  if (stringData === undefined) {
    return secret;
  }
  const encoded = Object.entries((stringData ?? {}) as Record<string, string>).map(
    ([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')] as const,
  );
  return {
    ...rest,
    data: { ...(secret.data as Record<string, Json>), ...Object.fromEntries(encoded) },
  } as KubeObject;
}

function dataSize(object: KubeObject, field: string): number {
  return Object.keys((object[field] as object | undefined) ?? {}).length;
}

function checkDataKeys(object: KubeObject, field: string): readonly FieldCause[] {
  return Object.keys((object[field] as object | undefined) ?? {})
    .filter((key) => !/^[-._a-zA-Z0-9]{1,253}$/.test(key) || key === '.' || key === '..')
    .map((key) => ({
      field: `${field}[${key}]`,
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(key)}: a valid config key must consist of alphanumeric characters, '-', '_' or '.'`,
    }));
}

function checkImmutable(
  object: KubeObject,
  old: KubeObject,
  fields: readonly string[],
): readonly FieldCause[] {
  if (old.immutable !== true) {
    return [];
  }
  return [...fields, 'immutable']
    .filter((field) => !sameJson(object[field], old[field]))
    .map((field) => ({
      field,
      reason: 'FieldValueForbidden',
      message: 'Forbidden: field is immutable when `immutable` is set',
    }));
}

export function immutableField(field: string, value: Json | undefined): FieldCause {
  return {
    field,
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(value)}: field is immutable`,
  };
}

function lastSeen(event: KubeObject): Json | undefined {
  return (
    valueAt(event, 'series', 'lastObservedTime') ??
    event.lastTimestamp ??
    event.eventTime ??
    event.metadata.creationTimestamp
  );
}

const shortAccessModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function accessModes(modes: readonly Json[]): string {
  return modes.map((mode) => shortAccessModes[String(mode)] ?? String(mode)).join(',');
}
