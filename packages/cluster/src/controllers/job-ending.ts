import { type JsonObject, listAt, numberAt, textAt } from '../json.ts';
import type { KubeObject } from '../object.ts';
import type { End } from './job-condition.ts';
import { type Count, total } from './job-count.ts';
import { deadlineIn } from './job-timing.ts';

export interface Ending {
  readonly type: End;
  readonly reason: string;
  readonly message: string;
}

/** Why a Job is over; undefined while it is not. */
export function endingOf(
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
