import { type JsonObject, listAt, numberAt, textAt, valueAt } from '../json.ts';
import { isBeingDeleted, type KubeObject, kubeTime } from '../object.ts';

/** Pods carry it until their Job has counted them: a pod that is deleted is not forgotten. */
export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';

const backoffBaseMs = 10_000;
const backoffMaxMs = 10 * 60_000;

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

interface Ending {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

export function isFinished(job: KubeObject): Ending['type'] | undefined {
  const types = listAt(job, 'status', 'conditions')
    .filter((one) => valueAt(one, 'status') === 'True')
    .map((one) => valueAt(one, 'type'));
  return types.includes('Complete') ? 'Complete' : types.includes('Failed') ? 'Failed' : undefined;
}

/** The phase of a pod as its Job counts it: one that is deleted before its end has failed. */
function podEnd(pod: KubeObject): 'succeeded' | 'failed' | undefined {
  const phase = textAt(pod, 'status', 'phase');
  return phase === 'Succeeded' ? 'succeeded' : phase === 'Failed' ? 'failed' : undefined;
}

export function decideJob(job: KubeObject, pods: readonly KubeObject[], nowMs: number): JobDecision {
  const count = countPods(job, pods);
  const active = pods.filter((pod) => podEnd(pod) === undefined && !isBeingDeleted(pod));
  const terminating = pods.filter((pod) => podEnd(pod) === undefined && isBeingDeleted(pod));
  const ready = active.filter((pod) =>
    listAt(pod, 'status', 'conditions').some(
      (one) => valueAt(one, 'type') === 'Ready' && valueAt(one, 'status') === 'True',
    ),
  );
  const base: JsonObject = {
    ...job.status,
    active: active.length === 0 ? undefined : active.length,
    ready: ready.length,
    terminating: terminating.length,
    succeeded: count.succeeded === 0 ? undefined : count.succeeded,
    failed: count.failed === 0 ? undefined : count.failed,
    uncountedTerminatedPods: count.uncounted,
  };
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
    ...{ againMs: soonest(deadlineIn(job, started, nowMs), backoffIn(job, pods, nowMs)) },
  };
}

interface Count {
  readonly succeeded: number;
  readonly failed: number;
  readonly uncounted: JsonObject;
  readonly release: readonly KubeObject[];
}

/**
 * Each end is counted once, whatever is killed in between: first the pod's uid is noted in the status, then its finalizer
 * goes, then the note becomes a number.
 */
function countPods(job: KubeObject, pods: readonly KubeObject[]): Count {
  const noted = { succeeded: uids(job, 'succeeded'), failed: uids(job, 'failed') };
  const tracked = new Map(
    pods
      .filter((pod) => pod.metadata.finalizers?.includes(trackingFinalizer))
      .map((pod) => [pod.metadata.uid, pod] as const),
  );
  const release: KubeObject[] = [];
  const result = {
    succeeded: numberAt(job, 'status', 'succeeded') ?? 0,
    failed: numberAt(job, 'status', 'failed') ?? 0,
  };
  const uncounted: Record<'succeeded' | 'failed', string[]> = { succeeded: [], failed: [] };
  for (const kind of ['succeeded', 'failed'] as const) {
    for (const uid of noted[kind]) {
      if (tracked.has(uid)) {
        uncounted[kind].push(uid);
      } else {
        result[kind] += 1;
      }
    }
  }
  for (const [uid, pod] of tracked) {
    const kind = podEnd(pod);
    if (kind !== undefined) {
      release.push(pod);
      if (!noted.succeeded.has(uid) && !noted.failed.has(uid)) {
        uncounted[kind].push(uid);
      }
    }
  }
  return {
    ...result,
    release,
    uncounted: Object.fromEntries(Object.entries(uncounted).filter(([, list]) => list.length > 0)),
  };
}

function uids(job: KubeObject, kind: string): ReadonlySet<string> {
  return new Set(listAt(job, 'status', 'uncountedTerminatedPods', kind).map(String));
}

/** Ends that are noted already decide, though they are not numbers yet. */
function total(count: Count, kind: 'succeeded' | 'failed'): number {
  return count[kind] + listAt(count.uncounted, kind).length;
}

function endingOf(
  job: KubeObject,
  status: JsonObject,
  state: Count & { readonly active: readonly KubeObject[] },
  nowMs: number,
): Ending | undefined {
  const failed = total(state, 'failed');
  const limit = numberAt(job, 'spec', 'backoffLimit') ?? 6;
  if (failed > limit || restarts(job, state.active) > limit) {
    return {
      type: 'Failed',
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    };
  }
  if ((deadlineIn(job, status, nowMs) ?? 1) <= 0) {
    return {
      type: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Job was active longer than specified deadline',
    };
  }
  const succeeded = total(state, 'succeeded');
  const completions = numberAt(job, 'spec', 'completions');
  const complete =
    completions === undefined ? succeeded > 0 && state.active.length === 0 : succeeded >= completions;
  return complete
    ? { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
    : undefined;
}

/** With restartPolicy OnFailure containers restart in their pod: those restarts are the Job's failures. */
function restarts(job: KubeObject, active: readonly KubeObject[]): number {
  if (textAt(job, 'spec', 'template', 'spec', 'restartPolicy') !== 'OnFailure') {
    return 0;
  }
  const statuses = active.flatMap((pod) => [
    ...listAt(pod, 'status', 'initContainerStatuses'),
    ...listAt(pod, 'status', 'containerStatuses'),
  ]);
  return statuses.reduce<number>((sum, one) => sum + (numberAt(one, 'restartCount') ?? 0), 0);
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
  return { createPods: (backoffIn(job, pods, nowMs) ?? 0) > 0 ? 0 : wanted - active.length, deletePods: [] };
}

/** Milliseconds until a pod may be made again after a failure: 10 s, doubled each time, 10 minutes at most. */
function backoffIn(_job: KubeObject, pods: readonly KubeObject[], nowMs: number): number | undefined {
  const ends = pods
    .filter((pod) => podEnd(pod) !== undefined)
    .map((pod) => ({ failed: podEnd(pod) === 'failed', atMs: finishedAtMs(pod) }));
  const lastSuccessMs = Math.max(0, ...ends.filter((one) => !one.failed).map((one) => one.atMs));
  const failures = ends.filter((one) => one.failed && one.atMs > lastSuccessMs);
  if (failures.length === 0) {
    return undefined;
  }
  const delayMs = Math.min(backoffMaxMs, backoffBaseMs * 2 ** Math.min(failures.length - 1, 20));
  const left = Math.max(...failures.map((one) => one.atMs)) + delayMs - nowMs;
  return left > 0 ? left : undefined;
}

function finishedAtMs(pod: KubeObject): number {
  const times = listAt(pod, 'status', 'containerStatuses').map((one) =>
    Date.parse(textAt(one, 'state', 'terminated', 'finishedAt') ?? ''),
  );
  const known = times.filter((time) => !Number.isNaN(time));
  return known.length > 0 ? Math.max(...known) : Date.parse(pod.metadata.creationTimestamp);
}

function deadlineIn(job: KubeObject, status: JsonObject, nowMs: number): number | undefined {
  const seconds = numberAt(job, 'spec', 'activeDeadlineSeconds');
  const start = textAt(status, 'startTime');
  return seconds === undefined || start === undefined
    ? undefined
    : Date.parse(start) + seconds * 1000 - nowMs;
}

function soonest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

type Rest = Pick<JobDecision, 'release' | 'createPods' | 'deletePods' | 'deleteJob' | 'againMs' | 'event'>;

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
  const isNew = !listAt(job, 'status', 'conditions').some(
    (one) => valueAt(one, 'type') === 'Suspended' && valueAt(one, 'status') === 'True',
  );
  const ending = { reason: 'JobSuspended', message: 'Job suspended' };
  const event = isNew
    ? ({ type: 'Normal', reason: 'Suspended', message: 'Job suspended' } as const)
    : undefined;
  return { ...rest, deletePods: active, status: withCondition(status, 'Suspended', ending, nowMs), event };
}

function resumed(status: JsonObject, nowMs: number): JsonObject {
  const isSuspended = listAt(status, 'conditions').some(
    (one) => valueAt(one, 'type') === 'Suspended' && valueAt(one, 'status') === 'True',
  );
  return isSuspended
    ? withCondition(status, 'Suspended', { reason: 'JobResumed', message: 'Job resumed' }, nowMs, 'False')
    : status;
}

function withCondition(
  status: JsonObject,
  type: string,
  { reason, message }: { readonly reason: string; readonly message: string },
  nowMs: number,
  value: 'True' | 'False' = 'True',
): JsonObject {
  const conditions = listAt(status, 'conditions');
  if (conditions.some((one) => valueAt(one, 'type') === type && valueAt(one, 'status') === value)) {
    return status;
  }
  const time = kubeTime(nowMs);
  const condition = { type, status: value, lastProbeTime: time, lastTransitionTime: time, reason, message };
  return { ...status, conditions: [...conditions.filter((one) => valueAt(one, 'type') !== type), condition] };
}

/** A finished Job with a time to live goes when that is over. */
function expiry(job: KubeObject, nowMs: number): { deleteJob: boolean; againMs: number | undefined } {
  const seconds = numberAt(job, 'spec', 'ttlSecondsAfterFinished');
  const ended = listAt(job, 'status', 'conditions').find((one) =>
    ['Complete', 'Failed'].includes(String(valueAt(one, 'type'))),
  );
  if (seconds === undefined || isBeingDeleted(job)) {
    return { deleteJob: false, againMs: undefined };
  }
  const left = Date.parse(textAt(ended, 'lastTransitionTime') ?? '') + seconds * 1000 - nowMs;
  return left > 0 ? { deleteJob: false, againMs: left } : { deleteJob: true, againMs: undefined };
}
