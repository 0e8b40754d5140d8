import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from '@backup-maker/cluster';
import { connect, createClient, defineResource, type KubeClient, type KubeObject } from '@backup-maker/kube';
import { BackupCollection, BackupUser, crd } from '@backup-maker/model';
import { describe, expect, it } from 'vitest';
import { createKubernetesDocuments, openKubernetesDocuments } from '../src/documents/kubernetes.ts';
import type { CollectionObject } from '../src/documents/kubernetes-status.ts';
import type { DocumentKind } from '../src/documents/source.ts';
import { documentsContract } from './documents-contract.ts';
import { collectionDocument } from './sample-documents.ts';

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
    spec: { versions: { schema: object }[] };
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
  it('get a status, which is written again only when it changes', async () => {
    const api = await startApi();
    await write(api.client, 'collection', 'iwa', collectionDocument('iwa'));
    const source = createKubernetesDocuments({ client: api.client, namespace, onError: () => {} });
    const report = {
      usedBytes: 5,
      versionsCount: 1,
      lastBackupAtMs: Date.parse('2026-03-10T02:10:00Z'),
      failedChecks: ['BackupWindowValidator: late'],
      problem: undefined,
    };
    const object = () => api.client.get<CollectionObject>(resources.collection, { namespace, name: 'iwa' });
    await expect.poll(() => source.find('collection', 'iwa').catch(() => undefined)).toBeDefined();
    await source.reportCollection?.('iwa', report);
    const first = await object();
    expect(first.status).toMatchObject({
      usedBytes: 5,
      versionsCount: 1,
      lastBackupTime: '2026-03-10T02:10:00.000Z',
    });
    expect(first.status?.conditions?.map(({ type, status }) => [type, status])).toEqual([
      ['Valid', 'True'],
      ['Healthy', 'False'],
    ]);
    await expect
      .poll(async () => JSON.stringify(await source.find('collection', 'iwa')))
      .toContain('ChecksFailed');
    await source.reportCollection?.('iwa', report);
    expect((await object()).metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    await source.close();
    await api.close();
  });

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
