import { apiVersionOf, nameOf, timestamp } from '@backup-maker/kube';
import { formatBytes, formatDuration, type ScheduledBackup } from '@backup-maker/model';
import { type Change, problemChanges, trio, withConditions, withWarnings } from '../conditions.ts';
import { byCreation, failureText, type JobOutcome, outcomeOf, type RunResult } from '../job-outcome.ts';
import { type CronJob, type Job, kinds } from '../kinds.ts';
import { labels, stableId } from '../labels.ts';
import type { Problem } from '../problem.ts';
import { forgetMissed, missedChange, standsStillUntil } from './missed.ts';
import { nextRun, type Planned } from './schedule.ts';

export type ScheduledBackupStatus = NonNullable<ScheduledBackup['status']>;
type Child = NonNullable<ScheduledBackupStatus['childrenResourcesHealth']>[number];
type Reference = NonNullable<ScheduledBackupStatus['ownedReferences']>[number];

export interface Observation {
  /** Undefined where the object can't be understood, and then there is a problem. */
  readonly planned: Planned | undefined;
  readonly problem: Problem | undefined;
  /** What in the spec does not mean what it seems to mean. */
  readonly warnings: readonly string[];
  readonly ownedReferences: readonly Reference[];
  readonly cronJob: CronJob | undefined;
  /** The schedule stands still for a requested action. */
  readonly held: boolean;
  /** The Jobs of this object's operation, in any order. */
  readonly jobs: readonly Job[];
  /** What the newest successful Job reported; undefined where it is known already or nothing was said. */
  readonly result: RunResult | undefined;
  /** What the newest run said, where it failed; undefined where that is known already or nothing was said. */
  readonly failureWords: string | undefined;
  readonly now: Date;
}

/** How many Jobs are reported as children; a CronJob keeps few, requested ones may be many. */
const maxChildren = 10;

/** The status of a ScheduledBackup from what was seen and what was known before. */
export function scheduledBackupStatus(
  object: ScheduledBackup,
  observation: Observation,
): ScheduledBackupStatus {
  const { problem, now, jobs, cronJob, planned } = observation;
  const previous = object.status ?? {};
  const generation = object.metadata.generation;
  const runs = lastRuns(previous, observation);
  const lastRun = lastRunOf(previous.lastRun, observation);
  const children = childrenOf(cronJob, jobs);
  const next =
    planned && !problem ? nextRun(planned, standsStillUntil(cronJob, now) ?? now, cronJob) : undefined;
  const known = forgetMissed(previous.conditions, object);
  const healthy = healthyChange(lastRun);
  const missed = planned && missedChange({ ...observation, planned, known });
  const conditions = withConditions(
    known,
    [
      ...(problem ? problemChanges(problem) : installedChanges(worryOf(healthy, missed))),
      healthy,
      ...(missed ? [missed] : []),
    ],
    { generation, now },
  );
  const { nextRunTime: _, ...kept } = previous;
  return {
    ...kept,
    ...runs,
    ...(lastRun && { lastRun }),
    ...(next && { nextRunTime: timestamp(next) }),
    ...(generation !== undefined && { observedGeneration: generation }),
    ...(problem ? {} : { lastAppliedSpecHash: stableId(JSON.stringify(object.spec)) }),
    ...(problem ? {} : { ownedReferences: [...observation.ownedReferences] }),
    conditions: [...withWarnings(conditions, observation.warnings, { generation, now })],
    childrenResourcesHealth: [...children],
    healthy: problem === undefined && lastRun?.result !== 'Failed',
  };
}

/**
 * People read `Ready` as "my backups work": it is False where everything is in place and the last run failed or did
 * not begin. Nothing is stalled then: the next run may go well.
 */
function installedChanges(worry: Change | undefined): readonly Change[] {
  const [ready, ...others] = trio('ready', 'Installed', 'everything that this backup needs is in place');
  return [
    ...(worry ? [{ ...worry, type: 'Ready', status: 'False' } as const] : ready ? [ready] : []),
    ...others,
    {
      type: 'BackupObjectsInstallation',
      status: 'True',
      reason: 'Installed',
      message: 'scripts, keys and schedule are in place',
    },
  ];
}

function worryOf(healthy: Change, missed: Change | undefined): Change | undefined {
  return healthy.status === 'False' ? healthy : missed?.status === 'True' ? missed : undefined;
}

type LastRun = NonNullable<ScheduledBackupStatus['lastRun']>;

/** Jobs are cleaned up; how the last run ended stays known. */
function lastRunOf(previous: LastRun | undefined, { jobs, failureWords }: Observation): LastRun | undefined {
  const last = newestFinished(jobs);
  if (!last) {
    return previous;
  }
  const { job, outcome } = last;
  // The Job of a later run may be gone before those of earlier ones.
  if (previous && previous.finishedAt > outcome.finishedAt) {
    return previous;
  }
  const run = { job: nameOf(job), finishedAt: outcome.finishedAt };
  if (outcome.type === 'succeeded') {
    return { ...run, result: 'Succeeded' };
  }
  const known = previous?.job === run.job ? previous.message : undefined;
  return { ...run, result: 'Failed', message: known ?? failureText(outcome, failureWords) };
}

function healthyChange(lastRun: LastRun | undefined): Change {
  if (!lastRun) {
    return { type: 'Healthy', status: 'Unknown', reason: 'NoRunYet', message: 'no run has ended yet' };
  }
  return lastRun.result === 'Failed'
    ? {
        type: 'Healthy',
        status: 'False',
        reason: 'LastRunFailed',
        message: `Job "${lastRun.job}" failed: ${lastRun.message}`,
      }
    : {
        type: 'Healthy',
        status: 'True',
        reason: 'LastRunSucceeded',
        message: `Job "${lastRun.job}" succeeded`,
      };
}

export interface FinishedRun {
  readonly job: Job;
  readonly outcome: Exclude<JobOutcome, { type: 'running' }>;
}

function newestFinished(jobs: readonly Job[], type?: 'succeeded' | 'failed'): FinishedRun | undefined {
  for (const job of jobs.toSorted(byCreation)) {
    const outcome = outcomeOf(job);
    if (outcome.type !== 'running' && (type === undefined || outcome.type === type)) {
      return { job, outcome };
    }
  }
  return undefined;
}

/** The newest success that the status does not tell of yet: its pods hold the version. */
export function newSuccess(
  status: ScheduledBackupStatus | undefined,
  jobs: readonly Job[],
): FinishedRun | undefined {
  const run = newestFinished(jobs, 'succeeded');
  const isKnown = run && (status?.lastSuccessTime ?? '') >= run.outcome.finishedAt;
  return isKnown ? undefined : run;
}

/** The same for failures. */
export function newFailure(
  status: ScheduledBackupStatus | undefined,
  jobs: readonly Job[],
): FinishedRun | undefined {
  const run = newestFinished(jobs, 'failed');
  const isKnown = run && (status?.lastFailureTime ?? '') >= run.outcome.finishedAt;
  return isKnown ? undefined : run;
}

/** Times only go forward: Jobs are cleaned up, the last success stays known. */
function lastRuns(
  previous: ScheduledBackupStatus,
  { jobs, result }: Observation,
): Partial<ScheduledBackupStatus> {
  const success = newSuccess(previous, jobs);
  const failure = newFailure(previous, jobs);
  const { versionNumber, sizeBytes, durationMs } = result ?? {};
  return {
    ...(success && { lastSuccessTime: success.outcome.finishedAt }),
    ...(failure && { lastFailureTime: failure.outcome.finishedAt }),
    ...(versionNumber !== undefined && {
      lastVersion: {
        number: versionNumber,
        ...sizeFacts(sizeBytes),
        ...(durationMs !== undefined && { duration: formatDuration(durationMs) }),
      },
    }),
  };
}

/** How large a version is, for programs and for people. */
export function sizeFacts(bytes: number | undefined): { size?: number; displaySize?: string } {
  return bytes === undefined ? {} : { size: bytes, displaySize: formatBytes(bytes) };
}

function childrenOf(cronJob: CronJob | undefined, jobs: readonly Job[]): readonly Child[] {
  const newest = jobs.toSorted(byCreation).slice(0, maxChildren);
  const running = newest.some((job) => outcomeOf(job).type === 'running');
  const last = newestFinished(newest);
  return [
    ...(cronJob
      ? [
          {
            ...referenceTo(cronJob),
            succeeded: last?.outcome.type !== 'failed',
            running,
            failed: last?.outcome.type === 'failed',
          },
        ]
      : []),
    ...newest.map(jobHealth),
  ];
}

/** A Job as a child in a status. */
export function jobHealth(job: Job): Child {
  const outcome = outcomeOf(job);
  return {
    apiVersion: apiVersionOf(kinds.job),
    kind: 'Job',
    trackingId: job.metadata.labels?.[labels.trackingId] ?? '',
    message: outcome.type === 'failed' ? outcome.message.slice(0, 1024) : `Job "${job.metadata.name}"`,
    succeeded: outcome.type === 'succeeded',
    running: outcome.type === 'running',
    failed: outcome.type === 'failed',
  };
}

function referenceTo(object: CronJob): Reference {
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    trackingId: object.metadata.labels?.[labels.trackingId] ?? '',
  };
}
