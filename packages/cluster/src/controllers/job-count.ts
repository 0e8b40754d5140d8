import { type JsonObject, listAt, numberAt, textAt } from '../json.ts';
import type { KubeObject } from '../object.ts';

/** Pods carry it until their Job has counted them: a pod that is deleted is not forgotten. */
export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';

/** The phase of a pod as its Job counts it: one that is deleted before its end has failed. */
export function podEnd(pod: KubeObject): 'succeeded' | 'failed' | undefined {
  const phase = textAt(pod, 'status', 'phase');
  return phase === 'Succeeded' ? 'succeeded' : phase === 'Failed' ? 'failed' : undefined;
}

/** How the pods of a Job ended. */
export interface Count {
  readonly succeeded: number;
  readonly failed: number;
  readonly uncounted: JsonObject;
  readonly release: readonly KubeObject[];
}

/**
 * Each end is counted once, whatever is killed in between: first the pod's uid is noted in the status, then its finalizer
 * goes, then the note becomes a number.
 */
export function countPods(job: KubeObject, pods: readonly KubeObject[]): Count {
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
export function total(count: Count, kind: 'succeeded' | 'failed'): number {
  return count[kind] + listAt(count.uncounted, kind).length;
}
