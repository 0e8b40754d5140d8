import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { FaultPlan } from './api/faults.ts';
import { createApiServer } from './api/server.ts';
import { type Clock, systemClock } from './clock.ts';
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
import { type Logger, silentLogger } from './logger.ts';
import { startClaimController } from './node/claims.ts';
import { startNode } from './node/node.ts';
import type { Programs } from './node/sandbox/programs.ts';
import { type Identity, randomIdentity } from './objects/identity.ts';
import { Objects } from './objects/objects.ts';
import { namespaceType } from './resources/core.ts';
import { customResourceDefinitionType } from './resources/custom-resource-definition.ts';
import { Registry } from './resources/registry.ts';
import { Store } from './store/store.ts';
import { serverIdentity } from './tls/server-identity.ts';

export interface ClusterOptions {
  /** A folder of the cluster's own; made where it is missing, readable for its owner alone. */
  readonly dataDir: string;
  readonly listen: {
    readonly host: string;
    /** 0 takes a free one. */
    readonly port: number;
  };
  /** The bearer token of the one administrator. */
  readonly token: string;
  readonly nodeName?: string;
  /** Programs that every container finds first on its PATH. */
  readonly programs?: Programs;
  /** `auto` gives pods a root of their own where the machine can; `never` runs them as plain processes. */
  readonly confine?: 'auto' | 'never';
  /** Files and folders of this machine that no pod may see, besides `dataDir`. */
  readonly hiddenPaths?: readonly string[];
  readonly log?: Logger;
  readonly clock?: Clock;
  readonly identity?: Identity;
  /** How many changes a watch may be behind before it gets 410. */
  readonly maxWatchHistory?: number;
  /** What goes wrong on purpose; for tests. */
  readonly faults?: FaultPlan;
}

export interface Cluster extends AsyncDisposable {
  readonly url: string;
  /** The text of a kubeconfig with the token: keep it as secret as that. */
  readonly kubeconfig: () => string;
  /** Forgets the history of changes, so that older watches get 410; for tests. */
  readonly compactHistory: () => void;
  /** Ends pods gracefully and stops. What is stored stays. */
  readonly close: () => Promise<void>;
}

const initialNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Starts API server, controllers and node on a folder. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { clock = systemClock, log = silentLogger, identity = randomIdentity } = options;
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const tls = await serverIdentity({
    folder: options.dataDir,
    host: options.listen.host,
    nowMs: clock.now(),
  });
  const store = new Store({
    file: join(options.dataDir, 'cluster.db'),
    maxHistory: options.maxWatchHistory ?? 20_000,
  });
  const registry = new Registry();
  followDefinitions(store, registry);
  const objects = new Objects({ store, clock, identity });
  for (const name of initialNamespaces) {
    if (objects.find(namespaceType, '', name) === undefined) {
      objects.create(
        namespaceType,
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
        { fieldManager: 'embedded-cluster' },
      );
    }
  }
  const owners = new OwnerIndex(store, registry);
  const events = eventRecorder({ objects, clock, log, component: 'embedded-cluster' });
  const context: ControllerContext = { store, objects, registry, owners, events, clock, log };
  const folder = join(options.dataDir, 'node');
  const node = await startNode(context, {
    name: options.nodeName,
    folder,
    programs: options.programs,
    confine: options.confine ?? 'auto',
    hiddenPaths: [options.dataDir, ...(options.hiddenPaths ?? [])],
  });
  const controllers = [
    startNamespaceController(context),
    startDefinitionController(context),
    startGarbageCollector(context),
    startJobController(context),
    startCronJobController(context),
    startClaimController(context, folder),
    expireEvents(context),
  ];
  const server = createApiServer({
    store,
    objects,
    registry,
    clock,
    logs: node.logs,
    faults: options.faults,
    tls,
    token: options.token,
    log,
  });
  server.listen(options.listen.port, options.listen.host);
  await once(server, 'listening');
  const url = addressOf(server.address() as AddressInfo);
  const close = async (): Promise<void> => {
    for (const controller of controllers) {
      controller.close();
    }
    await node.close();
    server.close();
    server.closeAllConnections();
    store.close();
  };
  return {
    url,
    kubeconfig: () => kubeconfig({ url, token: options.token, certificate: tls.certificate }),
    compactHistory: () => store.history.compact(0),
    close,
    [Symbol.asyncDispose]: close,
  };
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
