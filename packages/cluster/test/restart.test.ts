import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { hasPrograms } from '@backup-maker/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Cluster } from '../src/index.ts';
import { type Answer, callApi, eventually, token } from './embedded.ts';
import { job } from './manifests.ts';

const jobs = '/apis/batch/v1/namespaces/default/jobs';

describe.skipIf(!hasPrograms('bash', 'ps', 'unshare', 'setpriv') || process.getuid?.() !== 0)(
  'a cluster that is killed',
  () => {
    let folder: string;
    let child: ChildProcess;
    let cluster: Pick<Cluster, 'url' | 'kubeconfig'>;

    const start = async (): Promise<void> => {
      child = spawn(process.execPath, [join(import.meta.dirname, 'serve.ts'), join(folder, 'data'), token], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(
        createInterface({ input: child.stdout as NodeJS.ReadableStream }),
        'line',
      )) as [string];
      const said = JSON.parse(line) as { url: string; kubeconfig: string };
      cluster = { url: said.url, kubeconfig: () => said.kubeconfig };
    };
    const end = async (signal: NodeJS.Signals): Promise<void> => {
      const closed = once(child, 'close');
      child.kill(signal);
      await closed;
    };
    const call = (method: string, path: string, body?: string): Promise<Answer> =>
      callApi(cluster as Cluster, method, path, { ...(body !== undefined && { body }) });

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'cluster-test-'));
      await start();
    });

    afterEach(async () => {
      if (child.exitCode === null && child.signalCode === null) {
        await end('SIGKILL');
      }
      await rm(folder, { recursive: true, force: true });
    });

    test('leaves no process of a pod, retries the Job, and counts each end once', async () => {
      const marker = `cluster-test-${process.pid}-marker`;
      const volumes = [{ name: 'host', hostPath: { path: folder } }];
      const container = { volumeMounts: [{ name: 'host', mountPath: '/host' }] };
      const script = `echo run >> /host/runs; if [ $(wc -l < /host/runs) -lt 2 ]; then exec -a ${marker} sleep 1000; fi`;
      await call(
        'POST',
        jobs,
        job({ name: 'killed', script, spec: { volumes }, container, jobSpec: { backoffLimit: 3 } }),
      );
      await eventually(
        () => processes(marker),
        (count) => count > 0,
      );
      await end('SIGKILL');
      await eventually(
        () => processes(marker),
        (count) => count === 0,
      );
      await start();
      const done = await eventually(
        () => call('GET', `${jobs}/killed`),
        ({ body }) => body.status.succeeded === 1,
        25_000,
      );
      expect(done.body.status).toMatchObject({ succeeded: 1, failed: 1 });
      expect(await readFile(join(folder, 'runs'), 'utf8')).toBe('run\nrun\n');
    }, 60_000);

    test('has what it answered, goes on with its resource versions, and a finished Job stays finished', async () => {
      await call('POST', jobs, job({ name: 'finished', script: 'echo done' }));
      const before = await eventually(
        () => call('GET', `${jobs}/finished`),
        ({ body }) => body.status.completionTime !== undefined,
      );
      const created = await call(
        'POST',
        '/api/v1/namespaces/default/configmaps',
        JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept' } }),
      );
      await end('SIGKILL');
      await start();
      const kept = await call('GET', '/api/v1/namespaces/default/configmaps/kept');
      expect(kept.body).toEqual(created.body);
      const after = await call('GET', `${jobs}/finished`);
      expect(after.body.status).toEqual(before.body.status);
      const next = await call(
        'POST',
        '/api/v1/namespaces/default/configmaps',
        JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'next' } }),
      );
      expect(Number(next.body.metadata.resourceVersion)).toBeGreaterThan(
        Number(created.body.metadata.resourceVersion),
      );
      const watch = await call('GET', `/api/v1/configmaps?watch=true&timeoutSeconds=1&resourceVersion=1`);
      expect(watch).toMatchObject({ status: 410, body: { reason: 'Expired' } });
    }, 60_000);

    test('that is asked to end lets containers end first', async () => {
      const volumes = [{ name: 'host', hostPath: { path: folder } }];
      const container = { volumeMounts: [{ name: 'host', mountPath: '/host' }] };
      const script =
        'trap "echo ended > /host/ended; exit 0" TERM; echo > /host/ready; while :; do sleep 0.1; done';
      await call('POST', jobs, job({ name: 'asked', script, spec: { volumes }, container }));
      await eventually(
        () => readFile(join(folder, 'ready'), 'utf8').catch(() => undefined),
        (text) => text !== undefined,
      );
      await end('SIGTERM');
      expect(child.exitCode).toBe(0);
      expect(await readFile(join(folder, 'ended'), 'utf8')).toBe('ended\n');
    });
  },
);

function processes(marker: string): number {
  const all = execFileSync('ps', ['axo', 'args']).toString('utf8');
  return all.split('\n').filter((line) => line.startsWith(`${marker} `)).length;
}
