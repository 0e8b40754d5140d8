import {
  anything,
  atomic,
  flag,
  int64,
  listByKey,
  listOf,
  mapOf,
  object,
  setOf,
  text,
  time,
} from '../schema/build.ts';
import type { Schema } from '../schema/schema.ts';

const ownerReference = atomic(
  object(
    { apiVersion: text, kind: text, name: text, uid: text, controller: flag, blockOwnerDeletion: flag },
    ['apiVersion', 'kind', 'name', 'uid'],
  ),
);

export const objectMeta: Schema = object({
  name: text,
  generateName: text,
  namespace: text,
  selfLink: text,
  uid: text,
  resourceVersion: text,
  generation: int64,
  creationTimestamp: time,
  deletionTimestamp: time,
  deletionGracePeriodSeconds: int64,
  labels: mapOf(text),
  annotations: mapOf(text),
  finalizers: setOf(text),
  ownerReferences: listByKey(ownerReference, 'uid'),
  managedFields: listOf(anything),
});

/** The schema of a whole object: type, metadata and what is the kind's own. */
export function kindSchema(
  properties: Readonly<Record<string, Schema>>,
  required?: readonly string[],
): Schema {
  return object({ apiVersion: text, kind: text, metadata: objectMeta, ...properties }, required);
}

export const labelSelector: Schema = atomic(
  object({
    matchLabels: mapOf(text),
    matchExpressions: listOf(
      object({ key: text, operator: text, values: listOf(text) }, ['key', 'operator']),
    ),
  }),
);

export const condition: Schema = object(
  {
    type: text,
    status: text,
    observedGeneration: int64,
    lastTransitionTime: time,
    lastProbeTime: time,
    lastUpdateTime: time,
    reason: text,
    message: text,
  },
  ['type', 'status'],
);

export const objectReference: Schema = atomic(
  object({
    apiVersion: text,
    kind: text,
    namespace: text,
    name: text,
    uid: text,
    resourceVersion: text,
    fieldPath: text,
  }),
);

export const localReference: Schema = atomic(object({ name: text }));
