import { findCondition, isConditionTrue } from '@backup-maker/kube';
import type { RequestedBackupAction } from '@backup-maker/model';
import { isFinished } from '../job-outcome.ts';
import type { Context } from '../runtime/context.ts';
import { reportWarnings } from '../runtime/warn.ts';
import type { ActionState } from './status.ts';

/** Tell people (events) and monitoring (metrics) what is new about an action. */
export async function reportAction(
  context: Context,
  before: RequestedBackupAction,
  after: RequestedBackupAction,
  state: ActionState,
): Promise<void> {
  const { events, metrics } = context;
  const run = {
    namespace: after.metadata.namespace ?? '',
    name: after.spec.scheduledBackupRef.name,
    operation: after.spec.action,
  };
  if (state.type === 'problem') {
    const { reason, message } = state.problem;
    await events.record(after, { type: 'Warning', reason, message });
  }
  await reportWarnings(context, before, after);
  if (state.type === 'started' && !before.status?.processed) {
    metrics.attempts.inc(run);
    const message = `made Job "${state.job.metadata.name}"`;
    await events.record(after, { type: 'Normal', reason: 'Started', message });
  }
  if (!isFinished(before.status?.conditions) && isFinished(after.status?.conditions)) {
    const succeeded = isConditionTrue(after.status?.conditions, 'Complete');
    (succeeded ? metrics.successes : metrics.failures).inc(run);
    const end = findCondition(after.status?.conditions, succeeded ? 'Complete' : 'Failed');
    const type = succeeded ? 'Normal' : 'Warning';
    await events.record(after, { type, reason: end?.reason ?? 'Ended', message: end?.message ?? '' });
  }
}
