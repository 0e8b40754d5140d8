import { type Condition, type KubeObject, setCondition } from '@backup-maker/kube';
import type { CollectionReport } from './source.ts';

interface CollectionStatus {
  readonly observedGeneration?: number;
  readonly usedBytes?: number;
  readonly versionsCount?: number;
  readonly lastBackupTime?: string;
  readonly conditions?: readonly Condition[];
}

export type CollectionObject = KubeObject & { readonly status?: CollectionStatus };

/** The status that tells a report; undefined when the object has it already, so that nothing is written. */
export function statusOf(object: CollectionObject, report: CollectionReport, now: Date): object | undefined {
  const observedGeneration = object.metadata.generation;
  const observed = observedGeneration === undefined ? {} : { observedGeneration };
  const withValid = setCondition(
    object.status?.conditions ?? [],
    {
      type: 'Valid',
      status: report.problem === undefined ? 'True' : 'False',
      reason: report.problem === undefined ? 'Valid' : 'Invalid',
      message: report.problem ?? '',
      ...observed,
    },
    now,
  );
  const conditions = setCondition(
    withValid,
    {
      type: 'Healthy',
      status: report.failedChecks.length === 0 && report.problem === undefined ? 'True' : 'False',
      reason: report.failedChecks.length === 0 ? 'ChecksPassed' : 'ChecksFailed',
      message: report.failedChecks.join('; '),
      ...observed,
    },
    now,
  );
  const status: CollectionStatus = {
    ...observed,
    usedBytes: report.usedBytes,
    versionsCount: report.versionsCount,
    ...(report.lastBackupAtMs === undefined
      ? {}
      : { lastBackupTime: new Date(report.lastBackupAtMs).toISOString() }),
    conditions,
  };
  return isSame(object.status, status) ? undefined : status;
}

/** Independent of the order of keys, which an API server may change. */
function isSame(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
