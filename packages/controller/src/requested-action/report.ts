import { isConditionTrue } from '@backup-maker/kube';
import type { RequestedBackupAction } from '@backup-maker/model';
import { isFinished, outcomeOf } from '../job-outcome.ts';
import type { Context } from '../runtime/context.ts';
import type { ActionState } from './status.ts';

/** Tell people (events) and monitoring (metrics) what is new about an action. */
export async function reportAction(
  context: Context,
  before: RequestedBackupAction,
  after: RequestedBackupAction,
  state: ActionState,
): Promise<void> {
  const { events, metrics } = context;
  const operation = after.spec.action;
  const run = {
    namespace: after.metadata.namespace ?? '',
    name: after.spec.scheduledBackupRef.name,
    operation,
  };
  if (state.type === 'problem') {
    const { reason, message } = state.problem;
    await events.record(after, { type: 'Warning', reason, message });
    return;
  }
  if (state.type !== 'started') {
    return;
  }
  const jobName = state.job.metadata.name;
  if (!before.status?.processed) {
    metrics.attempts.inc(run);
    await events.record(after, { type: 'Normal', reason: 'Started', message: `made Job "${jobName}"` });
  }
  if (isFinished(before.status?.conditions) || !isFinished(after.status?.conditions)) {
    return;
  }
  const succeeded = isConditionTrue(after.status?.conditions, 'Complete');
  (succeeded ? metrics.successes : metrics.failures).inc(run);
  const outcome = outcomeOf(state.job);
  await events.record(after, {
    type: succeeded ? 'Normal' : 'Warning',
    reason: succeeded ? 'Succeeded' : 'Failed',
    message:
      outcome.type === 'failed'
        ? `Job "${jobName}" failed: ${outcome.message}`
        : `Job "${jobName}" succeeded`,
  });
}
