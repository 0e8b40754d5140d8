import { connect, createClient, type KubeClient, startLeaderElection } from '@backup-maker/kube';
import { Registry } from 'prom-client';
import type { Config } from './config.ts';
import { type Controller, runController } from './controller.ts';
import { serveMetrics, serveProbes } from './endpoints.ts';
import { controllerName } from './labels.ts';
import type { Logger } from './runtime/context.ts';

export interface RunOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Unique to this process; the holder of the Lease. */
  readonly identity: string;
  /** Ends everything when aborted. */
  readonly signal: AbortSignal;
}

/** Run the controller with its endpoints until the signal is aborted. */
export async function run({ config, logger, identity, signal }: RunOptions): Promise<void> {
  for (const note of config.notes) {
    logger.warn({}, note);
  }
  const { transport, server } = await connect(config.connection);
  const client = createClient({ transport, fieldManager: controllerName });
  logger.info({ server, namespaces: config.namespaces }, 'connected');
  const registry = new Registry();
  const state: { controller?: Controller } = {};
  // A replica that waits for the Lease is as ready as it can be.
  const isReady = () => (state.controller ? state.controller.isReady() : config.leaderElection !== undefined);
  const endpoints = await Promise.all([
    config.metrics && serveMetrics(config.metrics, registry),
    config.probes && serveProbes(config.probes, isReady),
  ]);
  logger.info({ metrics: endpoints[0]?.url, probes: endpoints[1]?.url }, 'listening');
  const lead = (until: AbortSignal) => leadOnce({ client, config, logger, registry, state, signal: until });
  try {
    if (config.leaderElection) {
      await campaign({ client, lease: config.leaderElection, logger, identity, signal, lead });
    } else {
      await lead(signal);
    }
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
    // It was told to end while it waited for the API server.
  } finally {
    await Promise.all(endpoints.map((endpoint) => endpoint?.close()));
  }
}

interface LeadOptions {
  readonly client: KubeClient;
  readonly config: Config;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly state: { controller?: Controller };
  readonly signal: AbortSignal;
}

async function leadOnce({ client, config, logger, registry, state, signal }: LeadOptions): Promise<void> {
  const { namespaces, workers, injectImage } = config;
  registry.clear();
  await using controller = await runController(client, {
    namespaces,
    workers,
    injectImage,
    logger,
    registry,
    signal,
  });
  state.controller = controller;
  await aborted(signal);
  delete state.controller;
}

interface CampaignOptions {
  readonly client: KubeClient;
  readonly lease: NonNullable<Config['leaderElection']>;
  readonly logger: Logger;
  readonly identity: string;
  readonly signal: AbortSignal;
  readonly lead: (signal: AbortSignal) => Promise<void>;
}

async function campaign({ client, lease, logger, identity, signal, lead }: CampaignOptions): Promise<void> {
  await using _ = startLeaderElection({
    client,
    lease,
    identity,
    lead: async (until) => {
      logger.info({ identity }, 'leading');
      await lead(until);
      logger.info({ identity }, 'no longer leading');
    },
    onError: (error) =>
      logger.warn({ reason: error instanceof Error ? error.message : String(error) }, 'leader election'),
  });
  await aborted(signal);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    }
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
