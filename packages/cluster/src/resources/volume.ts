import {
  anything,
  atomic,
  flag,
  int32,
  int64,
  listByKey,
  listOf,
  object,
  oneOf,
  quantity,
  text,
  withDefault,
} from '../schema/build.ts';
import type { Schema } from '../schema/schema.ts';
import { localReference } from './metadata.ts';

const keyToPath = object({ key: text, path: text, mode: int32 }, ['key', 'path']);
const fieldReference = atomic(
  object({ apiVersion: withDefault(text, 'v1'), fieldPath: text }, ['fieldPath']),
);
const resourceFieldReference = atomic(
  object({ containerName: text, resource: text, divisor: quantity }, ['resource']),
);

export const fieldSource: Schema = object({
  fieldRef: fieldReference,
  resourceFieldRef: resourceFieldReference,
  configMapKeyRef: atomic(object({ name: text, key: text, optional: flag }, ['key'])),
  secretKeyRef: atomic(object({ name: text, key: text, optional: flag }, ['key'])),
});

const downwardItem = object(
  { path: text, fieldRef: fieldReference, resourceFieldRef: resourceFieldReference, mode: int32 },
  ['path'],
);

const configMapSource = { name: text, items: listOf(keyToPath), optional: flag };

/** Every source of a pod's volume that this node can mount, and `projected` of those. */
const volumeSources = {
  emptyDir: object({ medium: text, sizeLimit: quantity }),
  hostPath: object(
    {
      path: text,
      type: withDefault(
        oneOf(
          '',
          'DirectoryOrCreate',
          'Directory',
          'FileOrCreate',
          'File',
          'Socket',
          'CharDevice',
          'BlockDevice',
        ),
        '',
      ),
    },
    ['path'],
  ),
  secret: object({
    secretName: text,
    items: listOf(keyToPath),
    defaultMode: withDefault(int32, 0o644),
    optional: flag,
  }),
  configMap: object({ ...configMapSource, defaultMode: withDefault(int32, 0o644) }),
  persistentVolumeClaim: object({ claimName: text, readOnly: flag }, ['claimName']),
  downwardAPI: object({ items: listOf(downwardItem), defaultMode: withDefault(int32, 0o644) }),
  projected: object({
    defaultMode: withDefault(int32, 0o644),
    sources: listOf(
      object({
        secret: object(configMapSource),
        configMap: object(configMapSource),
        downwardAPI: object({ items: listOf(downwardItem) }),
        serviceAccountToken: object({ audience: text, expirationSeconds: int64, path: text }),
      }),
    ),
  }),
} as const;

/** Sources of other machines' storage: kept, so that a definition can be moved, and refused by the node. */
const foreignSources = [
  'nfs',
  'csi',
  'iscsi',
  'cephfs',
  'ephemeral',
  'image',
  'fc',
  'glusterfs',
  'rbd',
] as const;

const volume: Schema = object(
  { name: text, ...volumeSources, ...Object.fromEntries(foreignSources.map((source) => [source, anything])) },
  ['name'],
);

export const volumes: Schema = listByKey(volume, 'name');

export const volumeMounts: Schema = {
  ...listByKey(
    object(
      {
        name: text,
        mountPath: text,
        subPath: text,
        subPathExpr: text,
        readOnly: flag,
        recursiveReadOnly: text,
        mountPropagation: text,
      },
      ['name', 'mountPath'],
    ),
    'mountPath',
  ),
};

export const imagePullSecrets: Schema = listByKey(localReference, 'name');
