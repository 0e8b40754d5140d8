import { writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createKubernetesDocuments, openKubernetesDocuments } from '../src/documents/kubernetes.ts';
import type { CollectionObject } from '../src/documents/kubernetes-status.ts';
import { documentsContract } from './documents-contract.ts';
import { namespace, resources, startKubernetesApi, writeDocument } from './kubernetes-api.ts';
import { collectionDocument } from './sample-documents.ts';

documentsContract('a Kubernetes API', async () => {
  const api = await startKubernetesApi();
  return {
    source: createKubernetesDocuments({ client: api.client, namespace, onError: () => {} }),
    write: (kind, name, document) => writeDocument(api.client, kind, name, document),
    close: api.close,
  };
});

describe('documents in a Kubernetes API', () => {
  it('get a status, which is written again only when it changes', async () => {
    const api = await startKubernetesApi();
    await writeDocument(api.client, 'collection', 'iwa', collectionDocument('iwa'));
    const source = createKubernetesDocuments({ client: api.client, namespace, onError: () => {} });
    const report = {
      usedBytes: 5,
      versionsCount: 1,
      lastBackupAtMs: Date.parse('2026-03-10T02:10:00Z'),
      failedChecks: ['BackupWindowValidator: late'],
      problem: undefined,
      secretProblems: ['the health code is missing'],
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
      ['SecretsReadable', 'False'],
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
    const api = await startKubernetesApi();
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
