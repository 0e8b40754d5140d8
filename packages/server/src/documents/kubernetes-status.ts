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

type UserStatus = Pick<CollectionStatus, 'observedGeneration' | 'conditions'>;

export type UserObject = KubeObject & { readonly status?: UserStatus };

/** The status of a user whose stored passwords have these problems; undefined when the object has it already. */
export function userStatusOf(
  object: UserObject,
  secretProblems: readonly string[],
  now: Date,
): object | undefined {
  const observed = observedOf(object);
  const conditions = setCondition(
    object.status?.conditions ?? [],
    { ...secretsReadable(secretProblems), ...observed },
    now,
  );
  const status: UserStatus = { ...observed, conditions };
  return isSame(object.status, status) ? undefined : status;
}

function observedOf({ metadata }: KubeObject): { readonly observedGeneration?: number } {
  return metadata.generation === undefined ? {} : { observedGeneration: metadata.generation };
}

function secretsReadable(problems: readonly string[]) {
  return {
    type: 'SecretsReadable',
    status: problems.length === 0 ? 'True' : 'False',
    reason: problems.length === 0 ? 'Readable' : 'Unreadable',
    message: problems.join('; '),
  } as const;
}

/** The status that tells a report; undefined when the object has it already, so that nothing is written. */
export function statusOf(object: CollectionObject, report: CollectionReport, now: Date): object | undefined {
  const observed = observedOf(object);
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
  const withHealthy = setCondition(
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
  const conditions = setCondition(
    withHealthy,
    { ...secretsReadable(report.secretProblems), ...observed },
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
