import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ClusterOptions, startCluster } from '../src/index.ts';
import { callApi, token } from './embedded.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cluster-test-'));
});

afterEach(() => rm(folder, { recursive: true }));

const options = (name: string, port = 0): ClusterOptions => ({
  dataDir: join(folder, name),
  listen: { host: '127.0.0.1', port },
  token,
  confine: 'never',
});

test('a start that finds its port taken leaves the folder free for the next', async () => {
  await using first = await startCluster(options('first'));
  await expect(startCluster(options('second', Number(new URL(first.url).port)))).rejects.toThrow(
    'EADDRINUSE',
  );
  await using second = await startCluster(options('second'));
  expect((await callApi(second, 'GET', '/version')).status).toBe(200);
});

test('a folder that another process uses is refused', async () => {
  await using first = await startCluster(options('same'));
  await expect(startCluster(options('same'))).rejects.toThrow('database is locked');
  expect((await callApi(first, 'GET', '/version')).status).toBe(200);
});

test('the certificate stays over a restart, so that kubeconfigs stay valid', async () => {
  const first = await startCluster(options('kept'));
  await first.close();
  await first.close();
  await using second = await startCluster(options('kept', Number(new URL(first.url).port)));
  expect(second.kubeconfig()).toBe(first.kubeconfig());
});
