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
import { crds } from '@backup-maker/model';
import { type Controller, type Logger, startController } from '../src/index.ts';
import { type Job, kinds } from '../src/kinds.ts';

export interface Environment extends AsyncDisposable {
  readonly client: KubeClient;
  /** Everything that the controllers logged, as one text. */
  log(): string;
  start(options?: {
    readonly wrapTransport?: (transport: Transport) => Transport;
    readonly fetch?: typeof fetch;
  }): Promise<Controller>;
  /** Apply objects as a user would. */
  apply(...objects: readonly KubeObject[]): Promise<void>;
}

const resources: Readonly<Record<string, Parameters<KubeClient['apply']>[0]>> = {
  Secret: kinds.secret,
  ConfigMap: kinds.configMap,
  Job: kinds.job,
  ScheduledBackup: kinds.scheduledBackup,
  RequestedBackupAction: kinds.requestedAction,
  ClusterBackupProcedureTemplate: kinds.clusterTemplate,
  BackupProcedureTemplate: kinds.template,
};

const definitions = defineResource({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
});

/** An API server with our kinds, and controllers on it. No node: Jobs end when a test says so. */
export async function startEnvironment(): Promise<Environment> {
  const dataDir = await mkdtemp(join(tmpdir(), 'controller-test-'));
  const cluster = await startCluster({
    dataDir,
    listen: { host: '127.0.0.1', port: 0 },
    token: 'test-token',
  });
  const connection = { type: 'text', kubeconfig: cluster.kubeconfig() } as const;
  const { transport } = await connect(connection);
  const client = createClient({ transport, fieldManager: 'user' });
  const lines: string[] = [];
  const controllers: Controller[] = [];
  const apply = async (...objects: readonly KubeObject[]) => {
    for (const object of objects) {
      const resource = resources[object.kind];
      if (!resource) {
        throw new Error(`this test knows no ${object.kind}`);
      }
      await client.apply(resource, object);
    }
  };
  for (const definition of crds()) {
    await client.apply(definitions, definition as unknown as KubeObject);
  }
  return {
    client,
    apply,
    log: () => lines.join('\n'),
    start: async (options = {}) => {
      const controller = await startController({ connection, logger: collect(lines), ...options });
      controllers.push(controller);
      await controller.ready;
      return controller;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(controllers.map((controller) => controller.close()));
      await cluster.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function collect(lines: string[]): Logger {
  const write = (fields: object, message: string) => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  return { debug: write, info: write, warn: write, error: write };
}

/** Let a Job end, as the Job controller of a cluster would write it. */
export async function endJob(
  client: KubeClient,
  job: Job,
  outcome: 'Complete' | 'Failed',
  at = new Date(),
): Promise<void> {
  const now = at.toISOString().replace(/\.\d+Z$/, 'Z');
  const condition = {
    type: outcome,
    status: 'True',
    lastTransitionTime: now,
    lastProbeTime: now,
    reason: 'Test',
    message: 'as the test wants',
  };
  const completion = outcome === 'Complete' ? { completionTime: now, succeeded: 1 } : { failed: 1 };
  const status = { startTime: now, conditions: [condition], ...completion };
  const name = { namespace: job.metadata.namespace, name: job.metadata.name ?? '' };
  await client.patch(kinds.job, name, { type: 'merge', body: { status } }, { subresource: 'status' });
}

export function scheduledBackup(name: string, spec: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: 'riotkit.org/v1alpha1',
    kind: 'ScheduledBackup',
    metadata: { namespace: 'default', name },
    spec: {
      operation: 'backup',
      collectionId: 'files',
      templateRef: { kind: 'internal', name: 'tar' },
      cronJob: { enabled: true, scheduleEvery: '00 02 * * *' },
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
    metadata: { namespace: 'default', name },
    spec: { action: 'backup', scheduledBackupRef: { name: backup }, ...spec },
  } as KubeObject;
}

export function secret(name: string, entries: Readonly<Record<string, string>>): KubeObject {
  const data = Object.fromEntries(
    Object.entries(entries).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  );
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'default', name }, data } as KubeObject;
}
