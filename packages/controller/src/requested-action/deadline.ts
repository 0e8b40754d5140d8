import { findCondition } from '@backup-maker/kube';
import { formatDuration, type RequestedBackupAction } from '@backup-maker/model';
import { containerStatuses, isRunning } from '../job-outcome.ts';
import type { Job, Pod } from '../kinds.ts';
import type { ActionState } from './status.ts';

const hourMs = 3_600_000;
/** How long an action waits for what it needs, and for other runs: later than that nobody expects it any more. */
const waitLimitMs = 24 * hourMs;
/** How long a Job's pods may take to begin: for a node, for an image, for their Secrets. */
const podLimitMs = hourMs;

/** The state of an action, or that it has had its time to begin. */
export function withStartDeadline(state: ActionState, action: RequestedBackupAction, now: Date): ActionState {
  switch (state.type) {
    case 'problem':
      return isOver(triedSince(action), now, waitLimitMs)
        ? givenUp(waitLimitMs, state.problem.message)
        : state;
    case 'waiting':
      return isOver(triedSince(action), now, waitLimitMs) ? givenUp(waitLimitMs, state.message) : state;
    case 'started':
      return state.hasBegun === false && isOver(state.job.metadata.creationTimestamp, now, podLimitMs)
        ? givenUp(podLimitMs, `Job "${state.job.metadata.name}": ${state.detail ?? 'no pod of it began'}`)
        : state;
    case 'lost':
    case 'given-up':
      return state;
    default:
      return state satisfies never;
  }
}

/** Whether a container of a Job's pods has ever run; a Job that has ended has begun. */
export function hasBegun(job: Job, pods: readonly Pod[]): boolean {
  const ran = pods
    .flatMap(containerStatuses)
    .some(({ state }) => state?.running !== undefined || state?.terminated !== undefined);
  return ran || !isRunning(job) || (job.status?.failed ?? 0) > 0;
}

/** Since the action was first looked at, which may be long after it was made. */
function triedSince({ status }: RequestedBackupAction): string | undefined {
  const ready = findCondition(status?.conditions, 'Ready');
  return ready?.status === 'False' ? ready.lastTransitionTime : undefined;
}

function isOver(since: string | undefined, now: Date, limitMs: number): boolean {
  return since !== undefined && now.getTime() - Date.parse(since) > limitMs;
}

function givenUp(limitMs: number, why: string): ActionState {
  return {
    type: 'given-up',
    message: `it could not begin within ${formatDuration(limitMs)}: ${why}. Make another action`,
  };
}
