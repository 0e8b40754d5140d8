import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from '@backup-maker/cluster';
import { connect, createClient, defineResource, type KubeClient, type KubeObject } from '@backup-maker/kube';
import { BackupCollection, BackupUser, crd } from '@backup-maker/model';
import { describe, expect, it } from 'vitest';
import { createKubernetesDocuments, openKubernetesDocuments } from '../src/documents/kubernetes.ts';
import type { DocumentKind } from '../src/documents/source.ts';
import { documentsContract } from './documents-contract.ts';

const namespace = 'backups';
const define = (group: string, version: string, plural: string, kind: string, namespaced = true) =>
  defineResource<KubeObject>({ group, version, plural, kind, namespaced });

const resources: Readonly<Record<DocumentKind, ReturnType<typeof define>>> = {
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

/** A Kubernetes API with our kinds and an empty namespace. */
async function startApi() {
  const folder = await mkdtemp(join(tmpdir(), 'documents-kubernetes-'));
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
    kubeconfig: cluster.kubeconfig(),
    async close() {
      await cluster[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The definition of a kind as an older or foreign installation may have it: it takes anything. */
function permissive(definition: KubeObject): KubeObject {
  const copy = structuredClone(definition) as KubeObject & {
    spec: { versions: { schema: object; subresources?: object }[] };
  };
  for (const version of copy.spec.versions) {
    version.schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  }
  return copy;
}

async function write(client: KubeClient, kind: DocumentKind, name: string, document: object | undefined) {
  if (document) {
    const object = structuredClone(document) as KubeObject;
    await client.apply(resources[kind], { ...object, metadata: { ...object.metadata, namespace } });
  } else {
    await client.delete(resources[kind], { namespace, name });
  }
}

documentsContract('a Kubernetes API', async () => {
  const api = await startApi();
  return {
    source: createKubernetesDocuments({ client: api.client, namespace, onError: () => {} }),
    write: (kind, name, document) => write(api.client, kind, name, document),
    close: api.close,
  };
});

describe('documents in a Kubernetes API', () => {
  it('are found with a kubeconfig, and say so while the API is away', async () => {
    const api = await startApi();
    const file = join(await mkdtemp(join(tmpdir(), 'kubeconfig-')), 'config');
    writeFileSync(file, api.kubeconfig, { mode: 0o600 });
    const open = () => openKubernetesDocuments({ kubeconfigFile: file, namespace, onError: () => {} });
    const source = await open();
    await expect.poll(() => source.check().then(() => 'usable', String), { timeout: 10_000 }).toBe('usable');
    await source.close();
    await api.close();
    const away = await open();
    await expect(away.check()).rejects.toThrow('not read from the Kubernetes API yet');
    await away.close();
  });
});
