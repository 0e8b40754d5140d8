import type { Clock, EventRecorder, KubeClient, Resource } from '@backup-maker/kube';
import type { CronJob } from '../kinds.ts';
import type { ControllerMetrics } from '../metrics.ts';
import type { GatherContext } from '../procedure/gather.ts';
import type { Applier } from './applier.ts';
import type { Informers } from './informers.ts';
import type { KeyedLock } from './keyed-lock.ts';
import type { Pauses } from './pauses.ts';

/** Written to by the controller; pino fits. No secret is ever given to it. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What the reconcilers work with. */
export interface Context {
  readonly client: KubeClient;
  readonly informers: Informers;
  readonly applier: Applier;
  readonly events: EventRecorder;
  readonly metrics: ControllerMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  readonly randomPassphrase: () => string;
  /** What brings the client into pods with `inject`; undefined: the image of this release. */
  readonly injectImage: string | undefined;
  readonly cronJobs: Resource<CronJob>;
  /** One check-then-start at a time for each ScheduledBackup. */
  readonly starts: KeyedLock;
  /** Between attempts that failed; by the uid of the object. */
  readonly pauses: Pauses;
}

export function gatherContext(context: Context, signal: AbortSignal): GatherContext {
  const { client, informers, clock, randomPassphrase, injectImage } = context;
  return {
    client,
    signal,
    randomPassphrase,
    injectImage,
    now: () => new Date(clock.now()),
    findTemplate: (kind, namespace, name) =>
      kind === 'ClusterBackupProcedureTemplate'
        ? informers.clusterTemplates.get(name)
        : informers.templates.get(`${namespace}/${name}`),
  };
}
