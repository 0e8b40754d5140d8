import { parseObjectKey } from '@backup-maker/kube';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

type RunLabels = 'namespace' | 'name' | 'operation';

/** All that the controller measures, in base units. */
export interface ControllerMetrics {
  readonly reconciles: Counter<'kind' | 'result'>;
  readonly reconcileSeconds: Histogram<'kind'>;
  readonly queueDepth: Gauge<'kind'>;
  readonly watchErrors: Counter<'resource'>;
  readonly watchAgeSeconds: Gauge<'resource'>;
  readonly attempts: Counter<RunLabels>;
  readonly successes: Counter<RunLabels>;
  readonly failures: Counter<RunLabels>;
  readonly missedRuns: Counter<'namespace' | 'name'>;
  readonly lastSuccess: Gauge<'namespace' | 'name'>;
  readonly lastSize: Gauge<'namespace' | 'name'>;
  readonly duration: Gauge<'namespace' | 'name'>;
  readonly consecutiveFailures: Gauge<'namespace' | 'name'>;
  readonly expectedInterval: Gauge<'namespace' | 'name'>;
  readonly nextRun: Gauge<'namespace' | 'name'>;
  readonly suspended: Gauge<'namespace' | 'name'>;
  readonly leader: Gauge;
  /** Run before the gauges are read. */
  onCollect(refresh: () => void): void;
  /** Stop reporting a ScheduledBackup that is gone; `key` is `namespace/name`. */
  forget(key: string): void;
}

export function createMetrics(registry: Registry): ControllerMetrics {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter<L>({ name: `backup_controller_${name}`, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Gauge<L>({ name: `backup_controller_${name}`, help, labelNames, registers });
  const object: ('namespace' | 'name')[] = ['namespace', 'name'];
  const run: RunLabels[] = ['namespace', 'name', 'operation'];
  const perBackup = {
    lastSuccess: gauge('last_success_timestamp_seconds', 'When the last run succeeded', object),
    lastSize: gauge('last_size_bytes', 'Size of the last version', object),
    duration: gauge('duration_seconds', 'How long the last successful run took', object),
    consecutiveFailures: gauge('consecutive_failures', 'Failed runs since the last success', object),
    expectedInterval: gauge('expected_interval_seconds', 'Time between two scheduled runs', object),
    nextRun: gauge('next_run_timestamp_seconds', 'When the next scheduled run begins', object),
    suspended: gauge('suspended', '1 while no scheduled run begins', object),
  };
  const refreshers: (() => void)[] = [];
  const queueDepth = new Gauge<'kind'>({
    name: 'backup_controller_queue_depth',
    help: 'Objects that wait for a worker',
    labelNames: ['kind'],
    registers,
    collect: () => {
      for (const refresh of refreshers) {
        refresh();
      }
    },
  });
  return {
    reconciles: counter('reconciles_total', 'Reconciles by kind and result', ['kind', 'result']),
    reconcileSeconds: new Histogram({
      name: 'backup_controller_reconcile_duration_seconds',
      help: 'How long a reconcile took',
      labelNames: ['kind'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers,
    }),
    queueDepth,
    watchErrors: counter('watch_errors_total', 'Lists and watches that failed', ['resource']),
    watchAgeSeconds: gauge('watch_last_heard_seconds', 'Seconds since the API server was last heard of', [
      'resource',
    ]),
    attempts: counter('run_attempts_total', 'Runs that began', run),
    successes: counter('run_successes_total', 'Runs that succeeded', run),
    failures: counter('run_failures_total', 'Runs that failed', run),
    missedRuns: counter('missed_runs_total', 'Scheduled runs that did not begin', object),
    ...perBackup,
    leader: gauge('leader', '1 while this replica leads', []),
    onCollect: (refresh) => {
      refreshers.push(refresh);
    },
    forget: (key) => {
      const { namespace = '', name } = parseObjectKey(key);
      for (const metric of Object.values(perBackup)) {
        metric.remove({ namespace, name });
      }
    },
  };
}
