import { type JsonObject, listAt, numberAt, textAt, valueAt } from '../json.ts';
import { isBeingDeleted, type KubeObject } from '../object.ts';
import { podEnd } from './job-count.ts';

const backoffBaseMs = 10_000;
const backoffMaxMs = 10 * 60_000;

/** Milliseconds until a pod may be made again after a failure: 10 s, doubled each time, 10 minutes at most. */
export function backoffIn(pods: readonly KubeObject[], nowMs: number): number | undefined {
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
  // A clock that was set back must not make the wait longer than it is.
  return left > 0 ? Math.min(left, delayMs) : undefined;
}

function finishedAtMs(pod: KubeObject): number {
  const times = listAt(pod, 'status', 'containerStatuses').map((one) =>
    Date.parse(textAt(one, 'state', 'terminated', 'finishedAt') ?? ''),
  );
  const known = times.filter((time) => !Number.isNaN(time));
  return known.length > 0 ? Math.max(...known) : Date.parse(pod.metadata.creationTimestamp);
}

/** Milliseconds until a Job has been active for too long. */
export function deadlineIn(job: KubeObject, status: JsonObject, nowMs: number): number | undefined {
  const seconds = numberAt(job, 'spec', 'activeDeadlineSeconds');
  const start = textAt(status, 'startTime');
  return seconds === undefined || start === undefined
    ? undefined
    : Date.parse(start) + seconds * 1000 - nowMs;
}

/** The first of several times, of those that there are. */
export function soonest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** A finished Job with a time to live goes when that is over. */
export function expiry(job: KubeObject, nowMs: number): { deleteJob: boolean; againMs: number | undefined } {
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
