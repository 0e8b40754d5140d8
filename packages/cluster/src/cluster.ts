import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { LogSource } from './api/call.ts';
import type { FaultPlan } from './api/faults.ts';
import { createApiServer } from './api/server.ts';
import { type Clock, systemClock } from './clock.ts';
import { kubeconfig } from './kubeconfig.ts';
import { type Logger, silentLogger } from './logger.ts';
import { type Identity, randomIdentity } from './objects/identity.ts';
import { Objects } from './objects/objects.ts';
import { namespaceType } from './resources/core.ts';
import { customResourceDefinitionType } from './resources/custom-resource-definition.ts';
import { Registry } from './resources/registry.ts';
import { StatusError } from './status-error.ts';
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
  /** A folder that comes first on the PATH of every container. */
  readonly programsDir?: string;
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
  const server = createApiServer({
    store,
    objects,
    registry,
    clock,
    logs: noLogs,
    faults: options.faults,
    tls,
    token: options.token,
    log,
  });
  server.listen(options.listen.port, options.listen.host);
  await once(server, 'listening');
  const url = addressOf(server.address() as AddressInfo);
  const close = async (): Promise<void> => {
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

const noLogs: LogSource = {
  open: () => Promise.reject(new StatusError('ServiceUnavailable', 'no node is running')),
};

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
