import { type Json, type JsonObject, listAt, valueAt } from '../json.ts';
import { type KubeObject, kubeTime } from '../object.ts';

export type End = 'Complete' | 'Failed';

/** How a Job ended; undefined while it has not. */
export function isFinished(job: KubeObject): End | undefined {
  const types = listAt(job, 'status', 'conditions')
    .filter((one) => valueAt(one, 'status') === 'True')
    .map((one) => valueAt(one, 'type'));
  return types.includes('Complete') ? 'Complete' : types.includes('Failed') ? 'Failed' : undefined;
}

/** Whether a status has a condition, and that is true. */
export function hasCondition(status: Json, type: string): boolean {
  return listAt(status, 'conditions').some(
    (one) => valueAt(one, 'type') === type && valueAt(one, 'status') === 'True',
  );
}

/** The status with the condition in it; one that says the same already keeps its time. */
export function withCondition(
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
