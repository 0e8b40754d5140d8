import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createClient, defineResource, type KubeObject } from '@backup-maker/kube';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startStandalone } from '../src/compose.ts';
import { type Config, loadConfig } from '../src/config.ts';

const configMaps = defineResource<KubeObject & { readonly data: Readonly<Record<string, string>> }>({
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'standalone-'));
});
afterEach(() => rm(folder, { recursive: true }));

function configOf(...argv: readonly string[]): Config {
  const addresses = ['--listen', '127.0.0.1:0', '--repository-listen', '127.0.0.1:0'];
  const config = loadConfig(['--data-dir', join(folder, 'data'), ...addresses, ...argv], {});
  if ('answer' in config) {
    throw new Error(config.answer);
  }
  return config;
}

const start = (...argv: readonly string[]) => startStandalone(configOf(...argv), pino({ level: 'silent' }));

async function clientOf(kubeconfig: string) {
  const { transport } = await connect({ type: 'file', path: kubeconfig });
  return createClient({ transport, fieldManager: 'test' });
}

describe('startStandalone', () => {
  it('runs cluster, controller and repository, and applies what it was given', async () => {
    const definitions = join(folder, 'definitions');
    await mkdir(definitions);
    await writeFile(
      join(definitions, 'a.yaml'),
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: mine}\ndata: {a: b}\n',
    );
    await using standalone = await start('--apply', definitions);

    const client = await clientOf(standalone.kubeconfig);
    const found = await client.get(configMaps, { namespace: 'default', name: 'mine' });
    expect(found.data).toEqual({ a: 'b' });
    const health = await fetch(`${standalone.repository}/health`);
    expect(health.status).toBe(200);
  });

  it('keeps versions in the storage, and serves metrics and TLS, as it is told', async () => {
    await using standalone = await start('--storage-url', `file://${folder}/other`, '--metrics-listen', ':0');
    expect((await stat(join(folder, 'other'))).isDirectory()).toBe(true);
    await expect(stat(join(folder, 'data/repository/storage'))).rejects.toThrow('ENOENT');
    const metrics = await (await fetch(`${standalone.metrics}/metrics`)).text();
    expect(metrics).toContain('backup_node_pods{phase="Running"} 0');
    expect(metrics).toContain('process_resident_memory_bytes');
    expect(metrics).toContain('# TYPE backup_controller_queue_depth');
  });

  it('keeps its objects, its token and its keys when it is started again', async () => {
    const tokenFile = join(folder, 'data/secrets/api-token');
    {
      await using first = await start();
      const client = await clientOf(first.kubeconfig);
      await client.apply(configMaps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'kept', namespace: 'backup-repository' },
      });
    }
    const token = await readFile(tokenFile, 'utf8');
    await using second = await start();
    const client = await clientOf(second.kubeconfig);
    expect(await client.find(configMaps, { namespace: 'backup-repository', name: 'kept' })).toBeDefined();
    expect(await readFile(tokenFile, 'utf8')).toBe(token);
  });

  it('lets nobody else read its kubeconfig and its secrets', async () => {
    await using standalone = await start('--without', 'controller', 'repository');
    const modes = await Promise.all(
      [standalone.kubeconfig, join(folder, 'data'), join(folder, 'data/secrets/api-token')].map(
        async (path) => (await stat(path)).mode & 0o077,
      ),
    );
    expect(modes).toEqual([0, 0, 0]);
  });

  it('says which file is wrong, before it starts anything', async () => {
    const file = join(folder, 'broken.yaml');
    await writeFile(file, 'kind: [');
    await expect(start('--apply', file)).rejects.toThrow('broken.yaml');
    await expect(stat(join(folder, 'data/cluster'))).rejects.toThrow('ENOENT');
  });

  it('says that a folder has no programs for pods, before it starts anything', async () => {
    await expect(start('--programs-from', folder)).rejects.toThrow(
      'there is no packages/standalone/programs',
    );
    await expect(stat(join(folder, 'data/cluster'))).rejects.toThrow('ENOENT');
  });

  it('leaves nothing running when a part does not start', async () => {
    await using first = await start('--without', 'controller');
    const { port } = new URL(first.repository ?? '');
    const elsewhere = ['--data-dir', join(folder, 'other')];
    const second = configOf(...elsewhere, '--repository-listen', `127.0.0.1:${port}`);
    await expect(startStandalone(second, pino({ level: 'silent' }))).rejects.toThrow();
    // The data folder is free again: nobody holds its database.
    await using third = await start(...elsewhere);
    expect(third.repository).toBeDefined();
  });
});
