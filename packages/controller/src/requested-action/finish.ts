import { findCondition, nameOf, objectKey } from '@backup-maker/kube';
import {
  parseResource,
  type RequestedBackupAction,
  ScheduledBackup as ScheduledBackupKind,
} from '@backup-maker/model';
import { isRunning } from '../job-outcome.ts';
import { type Job, kinds } from '../kinds.ts';
import { problemOf } from '../problem.ts';
import { gatherProcedure, type ProcedureInputs } from '../procedure/gather.ts';
import { type Context, gatherContext } from '../runtime/context.ts';
import { revokeToken } from '../scheduled-backup/run-token.ts';
import { actionTokenSecretName, jobNameOf } from './desired.ts';
import { startDeadlineExceeded } from './status.ts';

/** After the end of an action was recorded: its token goes, and its Job gets the time to live that the spec gives. */
export async function finishAction(
  context: Context,
  action: RequestedBackupAction,
  signal: AbortSignal,
): Promise<void> {
  const { namespace } = action.metadata;
  const secret = context.informers.secrets.get(objectKey({ namespace, name: actionTokenSecretName(action) }));
  if (secret) {
    await revokeToken(context, secret, await inputsOf(context, action, signal), signal);
  }
  const job = context.informers.jobs.get(objectKey({ namespace, name: jobNameOf(action) }));
  await endUnbegun(context, action, job, signal);
  const ttl = backupOf(context, action)?.spec.ttlSecondsAfterFinished;
  if (job && ttl !== undefined && job.spec?.ttlSecondsAfterFinished === undefined) {
    const patch = { type: 'merge', body: { spec: { ttlSecondsAfterFinished: ttl } } } as const;
    await context.client.patch(kinds.job, { namespace, name: nameOf(job) }, patch, { signal });
  }
}

/** A Job whose action was given up must not begin some day: Kubernetes ends what is older than it may get. */
async function endUnbegun(
  context: Context,
  { status }: RequestedBackupAction,
  job: Job | undefined,
  signal: AbortSignal,
): Promise<void> {
  const failed = findCondition(status?.conditions, 'Failed');
  const isEnding = job?.spec?.activeDeadlineSeconds === 1;
  if (job && failed?.reason === startDeadlineExceeded && isRunning(job) && !isEnding) {
    const name = { namespace: job.metadata.namespace, name: nameOf(job) };
    const patch = { type: 'merge', body: { spec: { activeDeadlineSeconds: 1 } } } as const;
    await context.client.patch(kinds.job, name, patch, { signal });
  }
}

function backupOf(context: Context, action: RequestedBackupAction) {
  const { namespace } = action.metadata;
  return context.informers.scheduledBackups.get(
    objectKey({ namespace, name: action.spec.scheduledBackupRef.name }),
  );
}

/** What the procedure of an action was made from; undefined where that can't be known any more. */
export async function inputsOf(
  context: Context,
  action: RequestedBackupAction,
  signal: AbortSignal,
): Promise<ProcedureInputs | undefined> {
  const backup = backupOf(context, action);
  try {
    return (
      backup &&
      (await gatherProcedure(
        gatherContext(context, signal),
        parseResource(ScheduledBackupKind, backup).resource,
      ))
    );
  } catch (error) {
    if (!problemOf(error)) {
      throw error;
    }
    return undefined;
  }
}
