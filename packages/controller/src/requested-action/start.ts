import { cronJobName, labelValue } from '@backup-maker/generator';
import { isAlreadyExists, objectKey } from '@backup-maker/kube';
import type { RequestedBackupAction, ScheduledBackup } from '@backup-maker/model';
import { byCreation, isRunning } from '../job-outcome.ts';
import { type Job, kinds } from '../kinds.ts';
import { labels } from '../labels.ts';
import { plainCollection } from '../procedure/collection.ts';
import type { ProcedureInputs } from '../procedure/gather.ts';
import { loginForRun } from '../procedure/login.ts';
import { collectionOf, repositoryUrl } from '../procedure/render.ts';
import { tokenSecret } from '../procedure/token-secret.ts';
import type { Context } from '../runtime/context.ts';
import { type ActionObjects, actionTokenSecretName } from './desired.ts';
import type { ActionState } from './status.ts';

export interface StartOptions {
  readonly context: Context;
  readonly action: RequestedBackupAction;
  readonly inputs: ProcedureInputs;
  readonly desired: ActionObjects;
  readonly signal: AbortSignal;
}

/**
 * Make the Job of an action, once nothing else of its ScheduledBackup runs. To be called under the ScheduledBackup's
 * lock: between the look at what runs and the creation no other action may start.
 */
export async function startAction(options: StartOptions): Promise<ActionState> {
  const { context, inputs, signal } = options;
  const { objects, job } = options.desired;
  if (inputs.login) {
    // Before the schedule is asked to be held: who gets no token must not disturb it.
    const running = await findRunning(options);
    if (running !== undefined) {
      return { type: 'waiting', message: running };
    }
    await storeToken(options);
  }
  const obstacle = unheldSchedule(options) ?? (await findRunning(options));
  if (obstacle !== undefined) {
    return { type: 'waiting', message: obstacle };
  }
  for (const object of objects) {
    const isSecret = object.kind === 'Secret';
    const { secrets, configMaps } = context.informers;
    const current = (isSecret ? secrets : configMaps).get(objectKey(object.metadata));
    await context.applier.apply(isSecret ? kinds.secret : kinds.configMap, object, current, signal);
  }
  return { type: 'started', job: await createOnce(context, job, signal) };
}

/** That the schedule has to be held first, as a sentence; undefined when it is. */
function unheldSchedule({ context, inputs: { backup } }: StartOptions): string | undefined {
  return backup.spec.cronJob.enabled && !isCronJobHeld(context, backup)
    ? `waiting until the schedule of ScheduledBackup "${backup.metadata.name}" is held`
    : undefined;
}

/** What has to end first, as a sentence; undefined when the way is free. */
async function findRunning({ context, inputs, signal }: StartOptions): Promise<string | undefined> {
  const { backup } = inputs;
  // From the API server, not from the cache, which may not have the newest Job yet.
  const jobs = await context.client.list(kinds.job, {
    namespace: backup.metadata.namespace,
    labelSelector: `${labels.scheduledBackup}=${labelValue(backup.metadata.name)}`,
    signal,
  });
  const running = jobs.items.filter(isRunning).toSorted(byCreation).at(-1);
  return running && `waiting for the end of Job "${running.metadata.name}" of the same ScheduledBackup`;
}

/**
 * Seen through the watch, like the CronJob controller sees it: what we see held, it does not start. One that is not
 * there yet may be made any moment, and then it is made held.
 */
function isCronJobHeld(context: Context, backup: ScheduledBackup): boolean {
  const { namespace, name } = backup.metadata;
  const key = objectKey({ namespace, name: cronJobName(name, backup.spec.operation) });
  const cronJob = context.informers.cronJobs.get(key);
  return cronJob?.spec?.suspend === true;
}

async function storeToken({ context, action, inputs, signal }: StartOptions): Promise<void> {
  const { backup, login } = inputs;
  if (!login) {
    return;
  }
  const name = actionTokenSecretName(action);
  const operation = action.spec.action;
  const existing = await context.client.find(
    kinds.secret,
    { namespace: backup.metadata.namespace, name },
    { signal },
  );
  if (existing) {
    return;
  }
  const url = repositoryUrl(inputs);
  const collection = plainCollection(collectionOf(inputs));
  const token = await loginForRun({
    url,
    login,
    backup,
    collection,
    operation,
    fetch: context.fetch,
    signal,
  });
  const secret = tokenSecret({ name, backup, operation, owner: action, token });
  await context.applier.apply(kinds.secret, secret, undefined, signal);
}

/** Create the Job; if it is there, a run before us got so far and died: it is the same Job. */
async function createOnce(context: Context, job: Job, signal: AbortSignal): Promise<Job> {
  try {
    return await context.client.create(kinds.job, job, { signal });
  } catch (error) {
    if (!isAlreadyExists(error)) {
      throw error;
    }
    const { name = '', namespace } = job.metadata;
    return context.client.get(kinds.job, { name, namespace }, { signal });
  }
}
