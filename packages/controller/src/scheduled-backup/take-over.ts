import { type KubeObject, nameOf, objectKey } from '@backup-maker/kube';
import type { ScheduledBackup } from '@backup-maker/model';
import { isRunning } from '../job-outcome.ts';
import { kinds } from '../kinds.ts';
import type { Context } from '../runtime/context.ts';

/**
 * Takes the place of what another controller made for a ScheduledBackup before this one was installed: its CronJob,
 * Secret and ConfigMap have the name of the ScheduledBackup alone, and are owned by it. The CronJob begins no run any
 * more; it goes once those that it began have ended, and what they use goes with it. Nothing that belongs to somebody
 * else is touched, and no Secret that the spec names.
 * @returns false while runs of the old CronJob have not ended
 */
export async function takeOver(
  context: Context,
  backup: ScheduledBackup,
  signal: AbortSignal,
): Promise<boolean> {
  const { informers, client, cronJobs, events } = context;
  const name = { namespace: backup.metadata.namespace, name: nameOf(backup) };
  const cronJob = owned(informers.otherCronJobs.get(objectKey(name)), backup);
  if (cronJob) {
    // First, so that no run begins behind the look at them.
    await client.patch(cronJobs, name, { type: 'merge', body: { spec: { suspend: true } } }, { signal });
    if (await hasRuns(context, cronJob, signal)) {
      return false;
    }
    await client.delete(cronJobs, name, { uid: cronJob.metadata.uid, signal });
    await events.record(backup, {
      type: 'Normal',
      reason: 'TakenOver',
      message: `deleted CronJob "${name.name}" of an earlier installation, in whose place this controller is`,
    });
  }
  const secret = owned(informers.secrets.get(objectKey(name)), backup);
  if (secret && !namedSecrets(backup).includes(name.name)) {
    await client.delete(kinds.secret, name, { uid: secret.metadata.uid, signal });
  }
  const configMap = owned(informers.configMaps.get(objectKey(name)), backup);
  if (configMap && backup.spec.additionalRecipientsRef?.configMapName !== name.name) {
    await client.delete(kinds.configMap, name, { uid: configMap.metadata.uid, signal });
  }
  return true;
}

function owned(object: KubeObject | undefined, { metadata }: ScheduledBackup): KubeObject | undefined {
  return object?.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid) ? object : undefined;
}

/** Deleted with their CronJob, so that it has to stay until they have ended. */
async function hasRuns({ client }: Context, cronJob: KubeObject, signal: AbortSignal): Promise<boolean> {
  const { namespace, uid } = cronJob.metadata;
  const { items } = await client.list(kinds.job, { namespace, signal });
  return items.some(
    (job) => isRunning(job) && job.metadata.ownerReferences?.some((owner) => owner.uid === uid),
  );
}

function namedSecrets({ spec }: ScheduledBackup): readonly (string | undefined)[] {
  const { varsSecretRef, gpgKeySecretRef, tokenSecretRef, loginSecretRef } = spec;
  return [varsSecretRef, gpgKeySecretRef, tokenSecretRef, loginSecretRef].map((named) => named?.secretName);
}
