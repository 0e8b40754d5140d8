import { findCondition, isConditionTrue, type KubeObject } from '@backup-maker/kube';
import type { Job, JobCondition, Pod } from './kinds.ts';
import { labels } from './labels.ts';

/** More would not be read in a condition. */
const maxReasonLength = 500;

/** How a Job stands. `message` and `reason` are those of its condition. */
export type JobOutcome =
  | { readonly type: 'running' }
  | { readonly type: 'succeeded'; readonly finishedAt: string }
  | {
      readonly type: 'failed';
      readonly finishedAt: string;
      readonly reason: string;
      readonly message: string;
    };

export function outcomeOf(job: Job): JobOutcome {
  const failed = trueCondition(job, 'Failed');
  if (failed) {
    const message = failed.message || failed.reason || 'the Job failed';
    const finishedAt = failed.lastTransitionTime ?? createdAt(job);
    return { type: 'failed', finishedAt, reason: failed.reason ?? '', message };
  }
  const complete = trueCondition(job, 'Complete');
  if (complete) {
    const finishedAt = job.status?.completionTime ?? complete.lastTransitionTime ?? createdAt(job);
    return { type: 'succeeded', finishedAt };
  }
  return { type: 'running' };
}

/**
 * Why a Job failed: what its last container said or how it ended, which says more than that there were too many tries;
 * a deadline, or whatever else ended the Job, is named too.
 */
export function failureText(
  { reason, message }: Extract<JobOutcome, { type: 'failed' }>,
  detail: string | undefined,
): string {
  if (detail === undefined) {
    return message;
  }
  return reason === 'BackoffLimitExceeded' ? detail : `${message}; ${detail}`;
}

export function isRunning(job: Job): boolean {
  return outcomeOf(job).type === 'running';
}

/** How many runs failed since the last that succeeded, among the Jobs that are still there. */
export function consecutiveFailures(jobs: readonly Job[]): number {
  const ended = jobs
    .toSorted(byCreation)
    .map(outcomeOf)
    .filter(({ type }) => type !== 'running');
  const success = ended.findIndex(({ type }) => type === 'succeeded');
  return success < 0 ? ended.length : success;
}

/** Whether a Job was made by a CronJob, not for a requested action. */
export function isScheduled(job: Job): boolean {
  return job.metadata.labels?.[labels.requestedAction] === undefined;
}

/** How long the newest run that succeeded took. */
export function lastDurationSeconds(jobs: readonly Job[]): number | undefined {
  for (const job of jobs.toSorted(byCreation)) {
    const outcome = outcomeOf(job);
    if (outcome.type === 'succeeded' && job.status?.startTime !== undefined) {
      return (Date.parse(outcome.finishedAt) - Date.parse(job.status.startTime)) / 1000;
    }
  }
  return undefined;
}

/** Newest first. */
export function byCreation(a: KubeObject, b: KubeObject): number {
  return (
    createdAt(b).localeCompare(createdAt(a)) || (b.metadata.name ?? '').localeCompare(a.metadata.name ?? '')
  );
}

function createdAt(object: KubeObject): string {
  return object.metadata.creationTimestamp ?? '';
}

function trueCondition(job: Job, type: string): JobCondition | undefined {
  return job.status?.conditions?.find((condition) => condition.type === type && condition.status === 'True');
}

/** What a finished `backup-maker` writes to the termination log of its container. */
export interface RunResult {
  readonly versionNumber: number;
  readonly sizeBytes: number | undefined;
  readonly durationMs: number | undefined;
}

/** The result that a successful pod of a Job left; undefined where a custom template left none. */
export function resultOf(pods: readonly Pod[]): RunResult | undefined {
  for (const pod of pods.toSorted(byCreation)) {
    for (const { state } of pod.status?.containerStatuses ?? []) {
      const result = state?.terminated?.exitCode === 0 ? parseResult(state.terminated.message) : undefined;
      if (result) {
        return result;
      }
    }
  }
  return undefined;
}

/** The pod is not trusted: only numbers in range get into a status. */
function parseResult(message: string | undefined): RunResult | undefined {
  const line = message?.trim().split('\n').at(-1) ?? '';
  if (!line.startsWith('{') || line.length > 4096) {
    return undefined;
  }
  try {
    const { versionNumber, sizeBytes, durationMs } = JSON.parse(line) as Record<string, unknown>;
    const number = wholeNumber(versionNumber);
    return number === undefined
      ? undefined
      : { versionNumber: number, sizeBytes: wholeNumber(sizeBytes), durationMs: wholeNumber(durationMs) };
  } catch {
    // Whatever else a program left there.
    return undefined;
  }
}

function wholeNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** How each container of a pod stands, in the order in which they run. */
export function containerStatuses({ status }: Pod) {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

/**
 * Why the newest pod ended or can't begin, for the condition of a run: the reason and the exit code, never its output,
 * and why it could not be started; or what the scheduler says.
 */
export function podFailure(pods: readonly Pod[]): string | undefined {
  for (const pod of pods.toSorted(byCreation)) {
    const scheduled = findCondition(pod.status?.conditions, 'PodScheduled');
    if (scheduled?.status === 'False') {
      return `no node takes the pod: ${scheduled.message || scheduled.reason}`;
    }
    for (const { name, state } of containerStatuses(pod)) {
      const { terminated, waiting } = state ?? {};
      if (terminated && terminated.exitCode !== 0) {
        const { exitCode, reason = 'Error', message } = terminated;
        return `container ${name} ended with exit code ${exitCode} (${reason})${reason === 'StartError' ? why(message) : ''}`;
      }
      if (waiting?.reason && waiting.reason !== 'ContainerCreating' && waiting.reason !== 'PodInitializing') {
        return `container ${name} is waiting: ${waiting.reason}`;
      }
    }
  }
  return undefined;
}

/** The words of the container runtime: the program that could not be started has written nothing. */
function why(message: string | undefined): string {
  const line = (message ?? '').trim().replaceAll(/\s*\n\s*/g, '; ');
  return line === '' ? '' : `: ${line.slice(0, maxReasonLength)}`;
}

/** Whether a condition list of one of our kinds says that the object is finished. */
export function isFinished(conditions: Parameters<typeof isConditionTrue>[0]): boolean {
  return isConditionTrue(conditions, 'Complete') || isConditionTrue(conditions, 'Failed');
}
