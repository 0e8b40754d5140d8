import { findCondition, isConditionTrue, nameOf } from '@backup-maker/kube';
import type { ScheduledBackup } from '@backup-maker/model';
import { consecutiveFailures, isScheduled, lastDurationSeconds } from '../job-outcome.ts';
import type { Job } from '../kinds.ts';
import type { Problem } from '../problem.ts';
import type { Context } from '../runtime/context.ts';
import { reportWarnings } from '../runtime/warn.ts';
import { intervalSeconds, type Planned } from './schedule.ts';
import { newFailure, newSuccess } from './status.ts';

export interface BackupReport {
  readonly before: ScheduledBackup;
  readonly after: ScheduledBackup;
  readonly outcome: {
    readonly planned: Planned | undefined;
    readonly problem: Problem | undefined;
    readonly installation: { readonly warnings: readonly string[] } | undefined;
  };
  readonly jobs: readonly Job[];
}

/** Tell people (events) and monitoring (metrics) what is new about a ScheduledBackup. */
export async function reportBackup(context: Context, report: BackupReport): Promise<void> {
  await recordEvents(context, report);
  setGauges(context, report);
}

async function recordEvents(context: Context, report: BackupReport): Promise<void> {
  const { events, metrics } = context;
  const { before, after, outcome, jobs } = report;
  const name = { namespace: after.metadata.namespace ?? '', name: nameOf(after) };
  if (outcome.problem) {
    const { reason, message } = outcome.problem;
    await events.record(after, { type: 'Warning', reason, message });
  }
  await reportWarnings(context, before, after);
  for (const message of outcome.installation?.warnings ?? []) {
    await events.record(after, { type: 'Warning', reason: 'TemplateWarning', message });
  }
  const success = newSuccess(before.status, jobs);
  if (success) {
    isScheduled(success.job) && metrics.successes.inc({ ...name, operation: after.spec.operation });
    const version = after.status?.lastVersion?.number;
    const made = version === undefined ? '' : `: version ${version}`;
    const reason = after.spec.operation === 'restore' ? 'RestoreSucceeded' : 'BackupSucceeded';
    await events.record(after, {
      type: 'Normal',
      reason,
      message: `Job "${success.job.metadata.name}" succeeded${made}`,
    });
  }
  const failure = newFailure(before.status, jobs);
  if (failure && failure.outcome.type === 'failed') {
    isScheduled(failure.job) && metrics.failures.inc({ ...name, operation: after.spec.operation });
    const reason = after.spec.operation === 'restore' ? 'RestoreFailed' : 'BackupFailed';
    const { job, message: known } = after.status?.lastRun ?? {};
    const why = job === failure.job.metadata.name ? known : failure.outcome.message;
    const message = `Job "${failure.job.metadata.name}" failed: ${why}`;
    await events.record(after, { type: 'Warning', reason, message });
  }
  const missed = findCondition(after.status?.conditions, 'Missed');
  if (missed?.status === 'True' && !isConditionTrue(before.status?.conditions, 'Missed')) {
    metrics.missedRuns.inc(name);
    await events.record(after, { type: 'Warning', reason: 'RunMissed', message: missed.message });
  }
}

function setGauges({ metrics, clock }: Context, { after, outcome, jobs }: BackupReport): void {
  const name = { namespace: after.metadata.namespace ?? '', name: nameOf(after) };
  const { lastSuccessTime, lastVersion, nextRunTime } = after.status ?? {};
  metrics.suspended.set(name, after.spec.suspend ? 1 : 0);
  const interval =
    outcome.planned && !outcome.problem && intervalSeconds(outcome.planned, new Date(clock.now()));
  interval && metrics.expectedInterval.set(name, interval);
  lastSuccessTime && metrics.lastSuccess.set(name, Date.parse(lastSuccessTime) / 1000);
  nextRunTime ? metrics.nextRun.set(name, Date.parse(nextRunTime) / 1000) : metrics.nextRun.remove(name);
  lastVersion?.size !== undefined && metrics.lastSize.set(name, lastVersion.size);
  const seconds = lastDurationSeconds(jobs);
  seconds !== undefined && metrics.duration.set(name, seconds);
  metrics.consecutiveFailures.set(name, consecutiveFailures(jobs));
}
