import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClusterOptions, startCluster } from '@backup-maker/cluster';
import {
  type ConnectionOptions,
  connect,
  createClient,
  defineResource,
  findCondition,
  firstServed,
  type KubeClient,
  type KubeObject,
  nameOf,
  type Resource,
  serves,
} from '@backup-maker/kube';
import { crds } from '@backup-maker/model';
import { expect, vi } from 'vitest';
import { type Controller, type ControllerOptions, type Logger, startController } from '../src/index.ts';
import { type CronJob, cronJobVersions, type Job, kinds, type Pod } from '../src/kinds.ts';

type StartOptions = Partial<Omit<ControllerOptions, 'connection' | 'logger'>>;

export interface Environment extends AsyncDisposable {
  readonly client: KubeClient;
  /** CronJobs in the version that this API server has. */
  readonly cronJobs: Resource<CronJob>;
  /** How the controllers connect. */
  readonly controllerConnection: ConnectionOptions;
  /** Where `apply` puts objects. */
  readonly namespace: string;
  /** Make another namespace, for as long as it is not disposed of. */
  addNamespace(name: string): Promise<Namespace>;
  /** Everything that the controllers logged, as one text. */
  log(): string;
  start(options?: StartOptions): Promise<Controller>;
  /** Apply objects as a user would. */
  apply(...objects: readonly KubeObject[]): Promise<void>;
  applyIn(namespace: string, ...objects: readonly KubeObject[]): Promise<void>;
}

export interface Namespace extends AsyncDisposable {
  readonly name: string;
}

/** A real node needs a while to look at the pods of many tests; give it `--testTimeout=120000` too. */
export const wait = { timeout: process.env.CONTROLLER_TEST_KUBECONFIG ? 60_000 : 10_000, interval: 30 };

const resources: Readonly<Record<string, Parameters<KubeClient['apply']>[0]>> = {
  Secret: kinds.secret,
  ConfigMap: kinds.configMap,
  Job: kinds.job,
  ScheduledBackup: kinds.scheduledBackup,
  RequestedBackupAction: kinds.requestedAction,
  ClusterBackupProcedureTemplate: kinds.clusterTemplate,
  BackupProcedureTemplate: kinds.template,
};

const namespaceResource = defineResource({
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
});

const definitions = defineResource({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
});

/** Of the embedded cluster; an API server that was given is as it is. */
type EnvironmentOptions = Pick<ClusterOptions, 'clock'>;

/** An API server to test against. */
interface ApiServer {
  /** As an administrator, or the user of a test. */
  readonly admin: ConnectionOptions;
  /** As the controller. */
  readonly controller: ConnectionOptions;
  close(): Promise<void>;
}

/**
 * The API server that `CONTROLLER_TEST_KUBECONFIG` names, with controllers as the user of
 * `CONTROLLER_TEST_USER_KUBECONFIG`; without them an embedded cluster of the test's own.
 */
async function openApiServer(options: EnvironmentOptions): Promise<ApiServer> {
  const { CONTROLLER_TEST_KUBECONFIG: admin, CONTROLLER_TEST_USER_KUBECONFIG: user } = process.env;
  if (admin) {
    const connection = { type: 'file', path: admin } as const;
    return {
      admin: connection,
      controller: user ? { type: 'file', path: user } : connection,
      close: async () => {},
    };
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'controller-test-'));
  const cluster = await startCluster({
    dataDir,
    listen: { host: '127.0.0.1', port: 0 },
    token: 'test-token',
    ...options,
  });
  const connection = { type: 'text', kubeconfig: cluster.kubeconfig() } as const;
  const close = async () => {
    await cluster.close();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { admin: connection, controller: connection, close };
}

/** A namespace of its own on an API server with our kinds, and controllers on it. Jobs end when a test says so. */
export async function startEnvironment(options: EnvironmentOptions = {}): Promise<Environment> {
  const server = await openApiServer(options);
  const { transport } = await connect(server.admin);
  const client = createClient({ transport, fieldManager: 'user' });
  const lines: string[] = [];
  const controllers: Controller[] = [];
  const addNamespace = async (name: string): Promise<Namespace> => {
    await client.apply(namespaceResource, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const remove = async () => {
      await client.delete(namespaceResource, { name });
    };
    return { name, [Symbol.asyncDispose]: remove };
  };
  for (const definition of crds()) {
    await install(client, definition as unknown as KubeObject);
  }
  await established(client);
  const own = await addNamespace(`test-${randomBytes(4).toString('hex')}`);
  const namespace = own.name;
  const applyIn = (where: string, ...objects: readonly KubeObject[]) => applyObjects(client, where, objects);
  return {
    client,
    namespace,
    cronJobs: await firstServed(client, cronJobVersions),
    controllerConnection: server.controller,
    addNamespace,
    applyIn,
    apply: (...objects) => applyIn(namespace, ...objects),
    log: () => lines.join('\n'),
    start: async (options = {}) => {
      const controller = await startController({
        connection: server.controller,
        namespaces: [namespace],
        logger: collect(lines),
        ...options,
      });
      controllers.push(controller);
      await controller.ready;
      return controller;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(controllers.map((controller) => controller.close()));
      await own[Symbol.asyncDispose]();
      await server.close();
    },
  };
}

/** Created or replaced, not applied: API servers that know no CEL refuse its fields in a server-side apply. */
async function install(client: KubeClient, definition: KubeObject): Promise<void> {
  const stored = await client.find(definitions, { name: nameOf(definition) });
  await (stored
    ? client.replace(definitions, {
        ...definition,
        metadata: { ...definition.metadata, resourceVersion: stored.metadata.resourceVersion ?? '' },
      })
    : client.create(definitions, definition));
}

async function applyObjects(
  client: KubeClient,
  namespace: string,
  objects: readonly KubeObject[],
): Promise<void> {
  for (const object of objects) {
    const resource = resources[object.kind];
    if (!resource) {
      throw new Error(`this test knows no ${object.kind}`);
    }
    await client.apply(resource, { ...object, metadata: { namespace, ...object.metadata } });
  }
}

/** A kind is served a moment after its definition was stored. */
async function established(client: KubeClient): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (const resource of [
    kinds.scheduledBackup,
    kinds.requestedAction,
    kinds.template,
    kinds.clusterTemplate,
  ]) {
    while (!(await serves(client, resource))) {
      if (Date.now() > deadline) {
        throw new Error(`${resource.plural} are not served`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function collect(lines: string[]): Logger {
  const write = (fields: object, message: string) => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  return { debug: write, info: write, warn: write, error: write };
}

/**
 * Let a Job end, as the Job controller of a cluster would write it. That one is at work too: it leaves a Job alone
 * that has ended, but its looks at a new pod would undo ours, so that the pod's first word is waited for.
 */
export async function endJob(client: KubeClient, job: Job, outcome: 'Complete' | 'Failed'): Promise<void> {
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const condition = (type: string) => ({
    type,
    status: 'True',
    lastTransitionTime: now,
    lastProbeTime: now,
    reason: 'Test',
    message: 'as the test wants',
  });
  // Kubernetes 1.31 and newer insist on the condition that comes first; older ones do not mind.
  const conditions = [
    condition(outcome === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget'),
    condition(outcome),
  ];
  const completion = outcome === 'Complete' ? { completionTime: now, succeeded: 1 } : { failed: 1 };
  const name = { namespace: job.metadata.namespace, name: job.metadata.name ?? '' };
  await vi.waitFor(async () => {
    expect((await client.get(kinds.job, name)).status?.active).toBe(1);
    const { namespace } = name;
    const { items } = await client.list(kinds.pod, { namespace, labelSelector: `job-name=${name.name}` });
    expect(items.filter(isKnown), `pods that are known, of ${JSON.stringify(items[0]?.status)}`).toHaveLength(
      1,
    );
  }, wait);
  // The start is a fact that newer API servers let nobody change.
  const { startTime = now } = (await client.get(kinds.job, name)).status ?? {};
  const status = { startTime, conditions, active: 0, ...completion };
  await client.patch(kinds.job, name, { type: 'merge', body: { status } }, { subresource: 'status' });
}

/** Whether there is a word about a pod: of the node that took it, or of the scheduler, that none does. */
function isKnown({ status }: Pod): boolean {
  return (
    status?.containerStatuses?.length === 1 ||
    findCondition(status?.conditions, 'PodScheduled')?.status === 'False'
  );
}

/** Pods that never start, on any cluster: what they need is not there. */
export const waitingPods = {
  env: [{ name: 'NEVER', valueFrom: { secretKeyRef: { name: 'never-made', key: 'never' } } }],
};

export function scheduledBackup(name: string, spec: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: 'riotkit.org/v1alpha1',
    kind: 'ScheduledBackup',
    metadata: { name },
    spec: {
      operation: 'backup',
      collectionId: 'files',
      templateRef: { kind: 'internal', name: 'tar' },
      cronJob: { enabled: true, scheduleEvery: '00 02 * * *' },
      podTemplate: waitingPods,
      vars: 'Params:\n  path: /data\nRepository:\n  url: http://repository.invalid\n  token: plain\n',
      ...spec,
    },
  } as KubeObject;
}

export function requestedAction(
  name: string,
  backup: string,
  spec: Record<string, unknown> = {},
): KubeObject {
  return {
    apiVersion: 'riotkit.org/v1alpha1',
    kind: 'RequestedBackupAction',
    metadata: { name },
    spec: { action: 'backup', scheduledBackupRef: { name: backup }, ...spec },
  } as KubeObject;
}

export function secret(name: string, entries: Readonly<Record<string, string>>): KubeObject {
  const data = Object.fromEntries(
    Object.entries(entries).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  );
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data } as KubeObject;
}
