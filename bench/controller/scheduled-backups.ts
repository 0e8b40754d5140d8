/**
 * How the controller does with many ScheduledBackups: `node bench/controller/scheduled-backups.ts [count]`.
 * Prints one line a measurement, and fails where a promise is broken: all become Ready, nothing is written
 * afterwards, one change is reconciled within a second.
 */
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startController } from '@backup-maker/controller';
import {
  type Condition,
  connect,
  createClient,
  defineResource,
  type Informer,
  isConditionTrue,
  type KubeClient,
  type KubeObject,
  startInformer,
  type Transport,
} from '@backup-maker/kube';
import { crds } from '@backup-maker/model';

interface Backup extends KubeObject {
  readonly spec?: unknown;
  readonly status?: { readonly conditions?: readonly Condition[]; readonly observedGeneration?: number };
}

const namespace = 'bench';
const namespaces = defineResource({
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
});
const backups = defineResource<Backup>({
  group: 'riotkit.org',
  version: 'v1alpha1',
  plural: 'scheduledbackups',
  kind: 'ScheduledBackup',
  namespaced: true,
});
const definitions = defineResource({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
});

const count = Number(process.argv[2] ?? 10_000);
const quietMs = 20_000;
const dataDir = await mkdtemp(join(tmpdir(), 'bench-controller-'));
const child = fork(new URL('./cluster-process.ts', import.meta.url), [dataDir], { stdio: 'inherit' });
try {
  const kubeconfig = await new Promise<string>((resolve) =>
    child.once('message', (text) => resolve(String(text))),
  );
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the cluster ended with exit code ${code}`)));
  });
  await Promise.race([measure(kubeconfig), ended]);
} finally {
  if (child.connected) {
    child.disconnect();
    await new Promise((resolve) => child.once('exit', resolve));
  }
  await rm(dataDir, { recursive: true, force: true });
}

async function measure(kubeconfig: string): Promise<void> {
  const connection = { type: 'text', kubeconfig } as const;
  const { transport } = await connect(connection);
  const client = createClient({ transport, fieldManager: 'bench' });
  await prepare(client);
  await using watched = startInformer<Backup>({
    client,
    resource: backups,
    namespace,
    transform: statusOnly,
  });
  await watched.synced;

  const requests = { reads: 0, writes: 0 };
  const started = { atMs: performance.now(), cpu: process.cpuUsage() };
  await using controller = await startController({
    connection,
    logger: { debug() {}, info() {}, warn: report, error: report },
    wrapTransport: counting(requests),
  });
  await controller.ready;
  await until(watched, ready, (done) => done === count, 30 * 60_000);
  const seconds = (performance.now() - started.atMs) / 1000;
  const cpu = process.cpuUsage(started.cpu);
  print('objects', count);
  print('all ready after', `${seconds.toFixed(1)} s`);
  print('objects per second', Math.round(count / seconds));
  print('API requests per object', ((requests.reads + requests.writes) / count).toFixed(2));
  print('writes per object', (requests.writes / count).toFixed(2));
  print('CPU of the controller', `${((cpu.user + cpu.system) / 1e6).toFixed(1)} s`);
  print('memory of the controller', `${Math.round(process.memoryUsage.rss() / 1e6)} MB`);

  await steadyState(requests);
  await oneChange(client, watched);
}

async function prepare(client: KubeClient): Promise<void> {
  for (const definition of crds()) {
    await client.apply(definitions, definition as unknown as KubeObject);
  }
  await client.apply(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  let next = 0;
  const create = async () => {
    for (let index = next++; index < count; index = next++) {
      await client.create(backups, backup(index));
    }
  };
  await Promise.all(Array.from({ length: 16 }, create));
}

function backup(index: number, path = '/data'): Backup {
  return {
    apiVersion: 'riotkit.org/v1alpha1',
    kind: 'ScheduledBackup',
    metadata: { namespace, name: `backup-${index}` },
    spec: {
      collectionId: 'files',
      templateRef: { kind: 'internal', name: 'tar' },
      cronJob: { enabled: true, scheduleEvery: '0 2 1 1 *' },
      vars: `Params:\n  path: ${path}\nRepository:\n  url: http://repository.invalid\n  token: t\n`,
    },
  } as Backup;
}

async function steadyState(requests: { reads: number; writes: number }): Promise<void> {
  const before = { ...requests };
  const cpu = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, quietMs));
  const used = process.cpuUsage(cpu);
  const writes = requests.writes - before.writes;
  print(`writes in ${quietMs / 1000} s of steady state`, writes);
  print('requests meanwhile', requests.reads - before.reads + writes);
  print('CPU meanwhile', `${((used.user + used.system) / 1e6).toFixed(2)} s`);
  require(writes === 0, 'something was written although nothing had changed');
}

async function oneChange(client: KubeClient, watched: Informer<Backup>): Promise<void> {
  const startedAt = performance.now();
  await client.apply(backups, { ...backup(0, '/other'), metadata: { namespace, name: 'backup-0' } });
  await until(
    watched,
    (object) => object.metadata.name === 'backup-0' && object.status?.observedGeneration === 2,
    (done) => done === 1,
    60_000,
  );
  const ms = performance.now() - startedAt;
  print('one change reconciled after', `${ms.toFixed(0)} ms`);
  require(ms < 1000, 'one change took longer than a second');
}

/** Wait until so many objects of the cache are as they should be. */
async function until(
  informer: Informer<Backup>,
  test: (object: Backup) => boolean,
  enough: (done: number) => boolean,
  timeoutMs: number,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const done = new Set<string>();
  const timer = setTimeout(
    () => reject(new Error(`only ${done.size} after ${timeoutMs / 1000} s`)),
    timeoutMs,
  );
  const stop = informer.onChange(({ object }) => {
    if (test(object)) {
      done.add(object.metadata.name ?? '');
    }
    if (enough(done.size)) {
      resolve();
    }
  });
  await promise.finally(() => {
    clearTimeout(timer);
    stop();
  });
}

function ready({ status }: Backup): boolean {
  return isConditionTrue(status?.conditions, 'Ready');
}

function statusOnly({ apiVersion, kind, metadata, status }: Backup): Backup {
  return { apiVersion, kind, metadata, ...(status && { status }) };
}

function counting(requests: { reads: number; writes: number }): (transport: Transport) => Transport {
  return (transport) => (request) => {
    requests[request.method === 'GET' ? 'reads' : 'writes'] += 1;
    return transport(request);
  };
}

function report(fields: object, message: string): void {
  console.error(message, JSON.stringify(fields));
}

function print(what: string, value: string | number): void {
  console.log(`${what.padEnd(40)} ${value}`);
}

function require(holds: boolean, message: string): void {
  if (!holds) {
    console.error(message);
    process.exitCode = 1;
  }
}
