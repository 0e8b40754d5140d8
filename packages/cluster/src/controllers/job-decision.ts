import { type JsonObject, numberAt, textAt } from '../json.ts';
import { isBeingDeleted, type KubeObject, kubeTime } from '../object.ts';
import { hasCondition, isFinished, withCondition } from './job-condition.ts';
import { type Count, countPods, podEnd, total } from './job-count.ts';
import { type Ending, endingOf } from './job-ending.ts';
import { backoffIn, deadlineIn, expiry, soonest } from './job-timing.ts';

/** What is to be done about a Job now. Pure: `controllers/job.ts` carries it out. */
export interface JobDecision {
  readonly status: JsonObject;
  /** Pods whose end is counted in `status.uncountedTerminatedPods` after this status is stored. */
  readonly release: readonly KubeObject[];
  readonly createPods: number;
  readonly deletePods: readonly KubeObject[];
  readonly deleteJob: boolean;
  /** When to look again though nothing happens, in milliseconds from now. */
  readonly againMs: number | undefined;
  readonly event:
    | { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string }
    | undefined;
}

/** What a JobDecision has besides the status. */
type Rest = Omit<JobDecision, 'status'>;

export function decideJob(job: KubeObject, pods: readonly KubeObject[], nowMs: number): JobDecision {
  const count = countPods(job, pods);
  const active = pods.filter((pod) => podEnd(pod) === undefined && !isBeingDeleted(pod));
  const base = countedStatus(job, pods, count);
  const nothing = {
    release: count.release,
    createPods: 0,
    deletePods: [],
    deleteJob: false,
    againMs: undefined,
    event: undefined,
  };
  if (isFinished(job) !== undefined) {
    return { ...nothing, status: base, deletePods: active, ...expiry(job, nowMs) };
  }
  if (isBeingDeleted(job)) {
    return { ...nothing, status: base };
  }
  if (job.spec?.suspend === true) {
    return suspended(job, base, active, nothing, nowMs);
  }
  const started: JsonObject = {
    ...resumed(base, nowMs),
    startTime: textAt(base, 'startTime') ?? kubeTime(nowMs),
  };
  const ending = endingOf(job, started, { active, ...count }, nowMs);
  if (ending !== undefined) {
    return end(started, ending, active, nothing, nowMs);
  }
  return {
    ...nothing,
    status: started,
    ...growth(job, active, pods, count, nowMs),
    againMs: soonest(deadlineIn(job, started, nowMs), backoffIn(pods, nowMs)),
  };
}

/** The status with its numbers as they are now; none is written where nothing was counted. */
function countedStatus(job: KubeObject, pods: readonly KubeObject[], count: Count): JsonObject {
  const running = pods.filter((pod) => podEnd(pod) === undefined);
  const active = running.filter((pod) => !isBeingDeleted(pod));
  return {
    ...job.status,
    active: active.length || undefined,
    ready: active.filter((pod) => hasCondition(pod.status ?? {}, 'Ready')).length,
    terminating: running.length - active.length,
    succeeded: count.succeeded || undefined,
    failed: count.failed || undefined,
    uncountedTerminatedPods: count.uncounted,
  };
}

function growth(
  job: KubeObject,
  active: readonly KubeObject[],
  pods: readonly KubeObject[],
  count: Count,
  nowMs: number,
): { createPods: number; deletePods: readonly KubeObject[] } {
  const parallelism = numberAt(job, 'spec', 'parallelism') ?? 1;
  const completions = numberAt(job, 'spec', 'completions');
  const succeeded = total(count, 'succeeded');
  const left =
    completions === undefined ? (succeeded > 0 ? active.length : parallelism) : completions - succeeded;
  const wanted = Math.min(parallelism, left);
  if (active.length > wanted) {
    return { createPods: 0, deletePods: active.slice(wanted) };
  }
  return { createPods: (backoffIn(pods, nowMs) ?? 0) > 0 ? 0 : wanted - active.length, deletePods: [] };
}

/** What is to be done about a Job that is over. */
function end(
  status: JsonObject,
  ending: Ending,
  active: readonly KubeObject[],
  rest: Rest,
  nowMs: number,
): JobDecision {
  const preliminary = ending.type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
  const done = { ...status, ...(ending.type === 'Complete' && { completionTime: kubeTime(nowMs) }) };
  // Pods that still run end first, and every end is a number: a finished Job's status changes no more.
  const isOpen =
    active.length > 0 ||
    Object.keys((status.uncountedTerminatedPods as JsonObject | undefined) ?? {}).length > 0;
  if (isOpen) {
    return { ...rest, deletePods: active, status: withCondition(status, preliminary, ending, nowMs) };
  }
  const event = {
    type: ending.type === 'Complete' ? 'Normal' : 'Warning',
    reason: ending.type === 'Complete' ? 'Completed' : ending.reason,
    message: ending.type === 'Complete' ? 'Job completed' : ending.message,
  } as const;
  return {
    ...rest,
    status: withCondition(withCondition(done, preliminary, ending, nowMs), ending.type, ending, nowMs),
    event,
  };
}

function suspended(
  job: KubeObject,
  base: JsonObject,
  active: readonly KubeObject[],
  rest: Rest,
  nowMs: number,
): JobDecision {
  const { startTime: _, ...status } = base;
  const isNew = !hasCondition(job.status ?? {}, 'Suspended');
  const ending = { reason: 'JobSuspended', message: 'Job suspended' };
  const event = isNew
    ? ({ type: 'Normal', reason: 'Suspended', message: 'Job suspended' } as const)
    : undefined;
  return { ...rest, deletePods: active, status: withCondition(status, 'Suspended', ending, nowMs), event };
}

function resumed(status: JsonObject, nowMs: number): JsonObject {
  return hasCondition(status, 'Suspended')
    ? withCondition(status, 'Suspended', { reason: 'JobResumed', message: 'Job resumed' }, nowMs, 'False')
    : status;
}
