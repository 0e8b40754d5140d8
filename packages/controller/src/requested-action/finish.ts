import { nameOf, objectKey } from '@backup-maker/kube';
import {
  parseResource,
  type RequestedBackupAction,
  ScheduledBackup as ScheduledBackupKind,
} from '@backup-maker/model';
import { kinds } from '../kinds.ts';
import { problemOf } from '../problem.ts';
import { gatherProcedure, type ProcedureInputs } from '../procedure/gather.ts';
import { type Context, gatherContext } from '../runtime/context.ts';
import { revokeToken } from '../scheduled-backup/run-token.ts';
import { actionTokenSecretName, jobNameOf } from './desired.ts';

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
  const ttl = backupOf(context, action)?.spec.ttlSecondsAfterFinished;
  if (job && ttl !== undefined && job.spec?.ttlSecondsAfterFinished === undefined) {
    const patch = { type: 'merge', body: { spec: { ttlSecondsAfterFinished: ttl } } } as const;
    await context.client.patch(kinds.job, { namespace, name: nameOf(job) }, patch, { signal });
  }
}

function backupOf(context: Context, action: RequestedBackupAction) {
  const { namespace } = action.metadata;
  return context.informers.scheduledBackups.get(
    objectKey({ namespace, name: action.spec.scheduledBackupRef.name }),
  );
}

/** What is needed to know where the session is; undefined where that can't be known any more. */
async function inputsOf(
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
