import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from '@backup-maker/cluster';
import {
  connect,
  createClient,
  defineResource,
  type KubeClient,
  type KubeObject,
  type Transport,
} from '@backup-maker/kube';
import { BackupCollection, BackupUser, crd } from '@backup-maker/model';
import type { DocumentKind } from '../src/documents/source.ts';

export const namespace = 'backups';
const define = (group: string, version: string, plural: string, kind: string, namespaced = true) =>
  defineResource<KubeObject>({ group, version, plural, kind, namespaced });

export const resources: Readonly<Record<DocumentKind, ReturnType<typeof define>>> = {
  collection: define('backups.riotkit.org', 'v1alpha1', 'backupcollections', 'BackupCollection'),
  user: define('backups.riotkit.org', 'v1alpha1', 'backupusers', 'BackupUser'),
  secret: define('', 'v1', 'secrets', 'Secret'),
};
const namespaces = define('', 'v1', 'namespaces', 'Namespace', false);
const definitions = define(
  'apiextensions.k8s.io',
  'v1',
  'customresourcedefinitions',
  'CustomResourceDefinition',
  false,
);

export interface KubernetesApi {
  readonly client: KubeClient;
  readonly transport: Transport;
  readonly kubeconfig: string;
  /** Remove the definition of a kind, and its objects. */
  removeKind(kind: 'collection' | 'user'): Promise<void>;
  close(): Promise<void>;
}

/** A Kubernetes API with our kinds and an empty namespace. */
export async function startKubernetesApi(): Promise<KubernetesApi> {
  const folder = await mkdtemp(join(tmpdir(), 'kubernetes-api-'));
  const cluster = await startCluster({
    dataDir: folder,
    listen: { host: '127.0.0.1', port: 0 },
    token: 'test',
  });
  const { transport } = await connect({ type: 'text', kubeconfig: cluster.kubeconfig() });
  const client = createClient({ transport, fieldManager: 'test' });
  await client.apply(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  for (const kind of [BackupCollection, BackupUser]) {
    // An API server prunes and refuses by the schema: objects that are not valid must get past it here.
    await client.apply(definitions, permissive(crd(kind) as unknown as KubeObject));
  }
  return {
    client,
    transport,
    kubeconfig: cluster.kubeconfig(),
    async removeKind(kind) {
      const { plural, group } = resources[kind];
      await client.delete(definitions, { name: `${plural}.${group}` });
    },
    async close() {
      await cluster[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The definition of a kind as an older or foreign installation may have it: it takes anything. */
function permissive(definition: KubeObject): KubeObject {
  const copy = structuredClone(definition) as KubeObject & {
    spec: { versions: { schema: object }[] };
  };
  for (const version of copy.spec.versions) {
    version.schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  }
  return copy;
}

/** Write an object as its users would; `undefined` removes it. */
export async function writeDocument(
  client: KubeClient,
  kind: DocumentKind,
  name: string,
  document: object | undefined,
) {
  if (document) {
    const object = structuredClone(document) as KubeObject;
    await client.apply(resources[kind], { ...object, metadata: { ...object.metadata, namespace } });
  } else {
    await client.delete(resources[kind], { namespace, name });
  }
}
