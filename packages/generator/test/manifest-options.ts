import { Secret } from '@backup-maker/model';
import {
  findBuiltinTemplate,
  type ManifestOptions,
  type Operation,
  overlaySecret,
  type PodTemplate,
  parseDefinition,
  podKeyPath,
  renderProcedure,
} from '../src/index.ts';

const publicKey = '-----BEGIN PGP PUBLIC KEY BLOCK-----\nmine';
export const privateKey = new Secret('-----BEGIN PGP PRIVATE KEY BLOCK-----\nmine');

/** What the manifests of a PostgreSQL backup or restore are made from. */
export function optionsFor(
  operation: Operation,
  more: Partial<ManifestOptions> = {},
  helmValues = '{}',
): ManifestOptions {
  const definition = parseDefinition(
    `Params: { db: app }\nRepository: { url: u, collectionId: c }\nHelmValues: ${helmValues}`,
    { source: 'd.yaml' },
  );
  const variables = overlaySecret(definition, { secretName: 's', entries: { 'Params.password': 'hunter2' } });
  const template = findBuiltinTemplate('postgres');
  if (template === undefined) throw new Error('no postgres');
  return {
    procedure: renderProcedure({ operation, template, variables, keyPath: podKeyPath }),
    name: 'shop',
    namespace: 'apps',
    keys: operation === 'backup' ? { publicKeys: [publicKey, 'escrow'] } : { privateKey },
    ...more,
  };
}

/** Everything that a podTemplate can say. */
export const everything: PodTemplate = {
  image: 'postgres:18',
  inject: true,
  resources: { limits: { cpu: '1' } },
  nodeSelector: { disk: 'fast' },
  tolerations: [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }],
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } },
  serviceAccountName: 'backups',
  securityContext: {
    runAsUser: 0,
    fsGroup: 7,
    capabilities: { add: ['SYS_CHROOT'] },
    readOnlyRootFilesystem: false,
  },
  env: [
    { name: 'TZ', value: 'Europe/Warsaw' },
    { name: 'FROM', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  ],
  volumes: [
    { name: 'data', hostPath: { path: '/srv/data', type: 'Directory' } },
    { name: 'temporary', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
  ],
  volumeMounts: [{ name: 'data', mountPath: '/data', readOnly: true }],
  labels: { team: 'blue' },
  annotations: { 'example.org/note': 'x' },
  imagePullSecrets: [{ name: 'registry' }],
};
