import { randomBytes } from 'node:crypto';
import {
  type Clock,
  type ConnectionOptions,
  connect,
  createClient,
  createEventRecorder,
  createWorkQueue,
  firstServed,
  type KubeClient,
  objectKey,
  type Reconcile,
  type ReconcileLoop,
  type Resource,
  startReconcileLoop,
  systemClock,
  type Transport,
  type WorkQueue,
} from '@backup-maker/kube';
import { Registry } from 'prom-client';
import { type CronJob, cronJobVersions } from './kinds.ts';
import { controllerName } from './labels.ts';
import { createMetrics } from './metrics.ts';
import { reconcileRequestedAction } from './requested-action/reconcile.ts';
import { createApplier } from './runtime/applier.ts';
import { countScheduledRuns } from './runtime/attempts.ts';
import { watchClock } from './runtime/clock-watch.ts';
import type { Context, Logger } from './runtime/context.ts';
import { type Informers, startInformers } from './runtime/informers.ts';
import { createKeyedLock } from './runtime/keyed-lock.ts';
import { outcomeReporter } from './runtime/outcome.ts';
import { patiently } from './runtime/patience.ts';
import { createPauses } from './runtime/pauses.ts';
import { routeChanges } from './runtime/routing.ts';
import { reconcileScheduledBackup } from './scheduled-backup/reconcile.ts';

export interface ControllerOptions {
  /** How to reach the API server. */
  readonly connection: ConnectionOptions;
  /** Only these namespaces; empty or left out: all. */
  readonly namespaces?: readonly string[];
  readonly logger: Logger;
  readonly registry?: Registry;
  readonly clock?: Clock;
  /** For log-ins at the Backup Repository. */
  readonly fetch?: typeof fetch;
  /** What brings the client into pods with `inject`; by default the image of this release. */
  readonly injectImage?: string | undefined;
  /** How many objects of one kind are worked on at a time. */
  readonly workers?: number;
  /** Gives up a start that waits for the API server. */
  readonly signal?: AbortSignal;
  /** Wraps the connection, for tests that make it fail. */
  readonly wrapTransport?: (transport: Transport) => Transport;
}

export interface Controller extends AsyncDisposable {
  /** Settles when everything that is watched has been read once; rejects when closed before. */
  readonly ready: Promise<void>;
  isReady(): boolean;
  readonly registry: Registry;
  /** Ends reconciles that run, and waits for them. Nothing is undone: the next start goes on. */
  close(): Promise<void>;
}

/** Start reconciling. Fails where the API server can't be reached or does not serve CronJobs. */
export async function startController(options: ControllerOptions): Promise<Controller> {
  const { transport } = await connect(options.connection);
  const client = createClient({
    transport: options.wrapTransport?.(transport) ?? transport,
    fieldManager: controllerName,
  });
  return runController(client, options);
}

/** How long an API server that is down may delay the start. */
const startLimitMs = 60_000;

/** Start reconciling over a client that is connected. */
export async function runController(
  client: KubeClient,
  options: Omit<ControllerOptions, 'connection'>,
): Promise<Controller> {
  const { clock = systemClock, registry = new Registry(), logger } = options;
  const { signal = new AbortController().signal } = options;
  const cronJobs = await patiently(() => firstServed(client, cronJobVersions), {
    clock,
    limitMs: startLimitMs,
    signal,
  });
  const context = createContext(client, cronJobs, { ...options, clock, registry });
  const { informers, metrics } = context;
  const queues = {
    scheduledBackups: createWorkQueue({ clock }),
    requestedActions: createWorkQueue({ clock }),
  };
  measure(context, queues.scheduledBackups, queues.requestedActions);
  const start = (kind: string, queue: WorkQueue, reconcile: KindReconcile) =>
    startLoop({ kind, context, queue, reconcile, workers: options.workers ?? 8 });
  let loops: readonly ReconcileLoop[] = [];
  const ready = informers.synced.then(() => {
    routeChanges(informers, queues, context.applier);
    countScheduledRuns(context);
    loops = [
      start('ScheduledBackup', queues.scheduledBackups, reconcileScheduledBackup),
      start('RequestedBackupAction', queues.requestedActions, reconcileRequestedAction),
    ];
    metrics.leader.set(1);
    logger.info({ scheduledBackups: informers.scheduledBackups.size }, 'controller is ready');
  });
  ready.catch(() => {});
  const stopWatching = watchClock(clock, () => {
    logger.info({}, 'the clock was set; looking at every schedule');
    for (const { metadata } of informers.scheduledBackups.list()) {
      queues.scheduledBackups.add(objectKey(metadata));
    }
  });
  const close = async () => {
    stopWatching();
    await Promise.all(loops.map((each) => each.close()));
    await informers.close();
    metrics.leader.set(0);
  };
  return {
    ready,
    registry,
    isReady: () => loops.length > 0 && allSynced(informers),
    close,
    [Symbol.asyncDispose]: close,
  };
}

type KindReconcile = (context: Context, key: string, signal: AbortSignal) => ReturnType<Reconcile>;

interface LoopOptions {
  readonly kind: string;
  readonly context: Context;
  readonly queue: WorkQueue;
  readonly reconcile: KindReconcile;
  readonly workers: number;
}

function startLoop({ kind, context, queue, reconcile, workers }: LoopOptions): ReconcileLoop {
  return startReconcileLoop({
    queue,
    workers,
    clock: context.clock,
    reconcile: (key, signal) => reconcile(context, key, signal),
    onOutcome: outcomeReporter(kind, context),
  });
}

interface ContextOptions extends Omit<ControllerOptions, 'connection'> {
  readonly clock: Clock;
  readonly registry: Registry;
}

function createContext(client: KubeClient, cronJobs: Resource<CronJob>, options: ContextOptions): Context {
  const { logger, clock } = options;
  const metrics = createMetrics(options.registry);
  return {
    client,
    metrics,
    logger,
    clock,
    cronJobs,
    applier: createApplier(client),
    fetch: options.fetch ?? fetch,
    injectImage: options.injectImage,
    randomPassphrase: () => randomBytes(32).toString('base64url'),
    starts: createKeyedLock(),
    pauses: createPauses(clock),
    informers: startInformers({
      client,
      cronJobs,
      namespaces: options.namespaces ?? [],
      onError: (resource, error) => {
        metrics.watchErrors.inc({ resource });
        logger.warn({ resource, reason: messageOf(error) }, 'cannot list or watch; trying again');
      },
    }),
    events: createEventRecorder({
      client,
      component: controllerName,
      clock,
      onError: (error) => logger.warn({ reason: messageOf(error) }, 'cannot write an event'),
    }),
  };
}

function allSynced(informers: Informers): boolean {
  return informers.all.every((informer) => informer.hasSynced());
}

/** Gauges that are read when somebody asks for the metrics. */
function measure({ metrics, informers, clock }: Context, backups: WorkQueue, actions: WorkQueue): void {
  metrics.onCollect(() => {
    metrics.queueDepth.set({ kind: 'ScheduledBackup' }, backups.depth);
    metrics.queueDepth.set({ kind: 'RequestedBackupAction' }, actions.depth);
    for (const informer of informers.all) {
      const heardAt = informer.lastHeardAt();
      heardAt !== undefined &&
        metrics.watchAgeSeconds.set({ resource: informer.resource.plural }, (clock.now() - heardAt) / 1000);
    }
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
