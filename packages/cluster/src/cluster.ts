import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createApiServer } from './api/server.ts';
import { systemClock } from './clock.ts';
import type { ClusterOptions } from './cluster-options.ts';
import type { ControllerContext } from './controllers/controller.ts';
import { startCronJobController } from './controllers/cron-job.ts';
import { startDefinitionController } from './controllers/custom-resource-definition.ts';
import { expireEvents } from './controllers/event-expiry.ts';
import { eventRecorder } from './controllers/event-recorder.ts';
import { startGarbageCollector } from './controllers/garbage.ts';
import { startJobController } from './controllers/job.ts';
import { startNamespaceController } from './controllers/namespace.ts';
import { OwnerIndex } from './controllers/owner-index.ts';
import { kubeconfig } from './kubeconfig.ts';
import { silentLogger } from './logger.ts';
import { startClaimController } from './node/claims.ts';
import { type PodNode, startNode } from './node/node.ts';
import { randomIdentity } from './objects/identity.ts';
import { Objects } from './objects/objects.ts';
import { customResourceDefinitionType } from './resources/custom-resource-definition.ts';
import { namespaceType } from './resources/namespace.ts';
import { Registry } from './resources/registry.ts';
import { Store } from './store/store.ts';
import { serverIdentity } from './tls/server-identity.ts';

export interface Cluster extends AsyncDisposable {
  readonly url: string;
  /** The text of a kubeconfig with the token: keep it as secret as that. */
  readonly kubeconfig: () => string;
  /** Why pods run unconfined, for people; undefined where each has a root of its own. */
  readonly unconfinedBecause: string | undefined;
  /** Forgets the history of changes, so that older watches get 410; for tests. */
  readonly compactHistory: () => void;
  /** Ends pods gracefully and stops. What is stored stays. */
  readonly close: () => Promise<void>;
}

const initialNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/**
 * Starts API server, controllers and node on a folder, which one process at a time may use. What was started is ended
 * again, in reverse, where a later part does not start (its port is taken, say).
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { clock = systemClock, log = silentLogger, identity = randomIdentity } = options;
  await using stack = new AsyncDisposableStack();
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const tls = await serverIdentity({
    folder: options.dataDir,
    host: options.listen.host,
    nowMs: clock.now(),
  });
  const file = join(options.dataDir, 'cluster.db');
  const onListenerError = (err: unknown): void => log.error({ err }, 'a change could not be followed');
  const store = stack.adopt(
    new Store({ file, maxHistory: options.maxWatchHistory ?? 20_000, onListenerError }),
    (one) => one.close(),
  );
  const registry = new Registry();
  followDefinitions(store, registry);
  const objects = new Objects({ store, clock, identity });
  createInitialNamespaces(objects);
  const owners = new OwnerIndex(store, registry);
  const events = eventRecorder({ objects, clock, log, component: 'embedded-cluster' });
  const context: ControllerContext = { store, objects, registry, owners, events, clock, log };
  const { logs, unconfinedBecause } = await startWork(context, options, stack);
  const { faults, token } = options;
  const server = stack.adopt(
    createApiServer({ store, objects, registry, clock, logs, faults, tls, token, log }),
    (one) => {
      one.close();
      one.closeAllConnections();
    },
  );
  server.listen(options.listen.port, options.listen.host);
  await once(server, 'listening');
  const url = addressOf(server.address() as AddressInfo);
  const started = stack.move();
  return {
    url,
    kubeconfig: () => kubeconfig({ url, token, certificate: tls.certificate }),
    unconfinedBecause,
    compactHistory: () => store.history.compact(0),
    close: () => started.disposeAsync(),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

function createInitialNamespaces(objects: Objects): void {
  for (const name of initialNamespaces) {
    if (objects.find(namespaceType, '', name) === undefined) {
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
      objects.create(namespaceType, namespace, { fieldManager: 'embedded-cluster' });
    }
  }
}

/** Node and controllers. Controllers end first: nothing makes new pods while those that run come to their end. */
async function startWork(
  context: ControllerContext,
  options: ClusterOptions,
  stack: AsyncDisposableStack,
): Promise<PodNode> {
  const folder = join(options.dataDir, 'node');
  const node = await startNode(context, {
    name: options.nodeName,
    folder,
    programs: options.programs,
    confine: options.confine ?? 'auto',
    hiddenPaths: [options.dataDir, ...(options.hiddenPaths ?? [])],
  });
  stack.defer(() => node.close());
  const controllers = [
    startNamespaceController(context),
    startDefinitionController(context),
    startGarbageCollector(context),
    startJobController(context),
    startCronJobController(context),
    startClaimController(context, folder),
    expireEvents(context),
  ];
  for (const controller of controllers) {
    stack.defer(() => controller.close());
  }
  return node;
}

/** Custom resources are served as soon as their definition is stored. */
function followDefinitions(store: Store, registry: Registry): void {
  for (const { object } of store.list(customResourceDefinitionType.storageKey)) {
    registry.define(object);
  }
  store.subscribe(({ type, resource, entry }) => {
    if (resource !== customResourceDefinitionType.storageKey) {
      return;
    }
    if (type === 'DELETED') {
      registry.remove(entry.object.metadata.name);
    } else {
      registry.define(entry.object);
    }
  });
}

function addressOf({ address, family, port }: AddressInfo): string {
  return `https://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
