import { KubeError, parseObjectKey, type ReconcileOutcome } from '@backup-maker/kube';
import type { Context } from './context.ts';

/** Reports every reconcile: metrics always, a failed one also to the log and as an event on its object. */
export function outcomeReporter(kind: string, context: Context): (outcome: ReconcileOutcome) => void {
  const { metrics, logger, informers, events } = context;
  return ({ key, durationMs, error, retryInMs }) => {
    metrics.reconciles.inc({ kind, result: error === undefined ? 'success' : 'error' });
    metrics.reconcileSeconds.observe({ kind }, durationMs / 1000);
    const object = { kind, ...parseObjectKey(key) };
    if (error === undefined) {
      logger.debug({ ...object, durationMs }, 'reconciled');
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    logger.error({ ...object, retryInMs, reason: message }, 'reconcile failed; trying again');
    const about = (kind === 'ScheduledBackup' ? informers.scheduledBackups : informers.requestedActions).get(
      key,
    );
    if (about && !isUnreachable(error)) {
      // `record` never rejects.
      void events.record(about, { type: 'Warning', reason: 'ReconcileFailed', message });
    }
  };
}

/** Then no event can be written either, and the watches say the same in the log. */
function isUnreachable(error: unknown): boolean {
  return error instanceof KubeError && (error.code === 'network' || error.code === 'timeout');
}
