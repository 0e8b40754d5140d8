import { cronJobName } from '@backup-maker/generator';
import {
  apiVersionOf,
  isConditionTrue,
  type KubeObject,
  nameOf,
  objectKey,
  type ReconcileResult,
} from '@backup-maker/kube';
import {
  type Secret as Hidden,
  parseResource,
  type ScheduledBackup,
  ScheduledBackup as ScheduledBackupKind,
} from '@backup-maker/model';
import { failureWords } from '../failure-words.ts';
import { isRunning, isScheduled, type RunResult, resultOf } from '../job-outcome.ts';
import { type CronJob, type Job, kinds } from '../kinds.ts';
import { backupLabelKey, labels } from '../labels.ts';
import { type Problem, problemOf } from '../problem.ts';
import { gatherProcedure, type ProcedureInputs, secretsOf } from '../procedure/gather.ts';
import { collectionOf } from '../procedure/render.ts';
import { tokenSecretName } from '../procedure/token-secret.ts';
import { isHolding } from '../requested-action/hold.ts';
import { type Context, gatherContext } from '../runtime/context.ts';
import { indices } from '../runtime/informers.ts';
import { podsOf } from '../runtime/pods.ts';
import { writeStatus } from '../runtime/status-writer.ts';
import { cronJobNames, desiredInstallation, type Installation } from './desired.ts';
import { reportBackup } from './report.ts';
import { maxDelayMs, renewRunToken, tokenLeadMs } from './run-token.ts';
import { graceMs, nextRun, type Planned, planOf } from './schedule.ts';
import { newFailure, newSuccess, scheduledBackupStatus } from './status.ts';
import { takeOver } from './take-over.ts';

/** What came of making everything that a ScheduledBackup owns. */
interface Outcome {
  readonly planned: Planned | undefined;
  readonly installation: Installation | undefined;
  readonly problem: Problem | undefined;
  /** What in the spec does not mean what it seems to mean. */
  readonly warnings: readonly string[];
  /** What a run may know and nobody else; undefined where that could not be read. */
  readonly secrets: readonly Hidden[] | undefined;
  /** False while what an earlier installation left is still at work. */
  readonly isAlone: boolean;
}

/** Make what one ScheduledBackup owns as its spec says, and its status as it is. */
export async function reconcileScheduledBackup(
  context: Context,
  key: string,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const object = context.informers.scheduledBackups.get(key);
  if (!object || object.metadata.deletionTimestamp) {
    context.metrics.forget(key);
    return {};
  }
  const outcome = await install(context, object, signal);
  const { jobs, cronJob } = observe(context, object);
  const now = new Date(context.clock.now());
  const result = await readResult(context, object, jobs, signal);
  const observation = {
    ...outcome,
    ownedReferences: (outcome.installation ? childrenOf(outcome.installation) : []).map(referenceTo),
    // The watch may not have told of a CronJob that was just made.
    cronJob: cronJob ?? outcome.installation?.cronJob,
    held: isHeld(context, object),
    jobs,
    result,
    failureWords: await readFailure(context, object, { jobs, secrets: outcome.secrets, signal }),
    now,
  };
  const written = await writeStatus(
    context.client,
    kinds.scheduledBackup,
    object,
    (current) => scheduledBackupStatus(current, observation),
    signal,
  );
  if (written) {
    await reportBackup(context, { ...written, outcome, jobs });
  }
  const token = {
    namespace: object.metadata.namespace,
    name: tokenSecretName(object, object.spec.operation),
  };
  const hasToken = context.informers.secrets.get(objectKey(token)) !== undefined;
  const pauseMs = outcome.problem && context.pauses.remainingMs(object.metadata.uid ?? '');
  return { requeueAfterMs: nextLookMs(outcome, written?.after, { ...observation, pauseMs, hasToken }) };
}

/** Gather, decide, apply. What is wrong with the object or around it becomes a Problem; the rest is thrown. */
async function install(context: Context, object: ScheduledBackup, signal: AbortSignal): Promise<Outcome> {
  let planned: Planned | undefined;
  let warnings: readonly string[] = [];
  try {
    const parsed = parseResource(ScheduledBackupKind, object);
    const backup = parsed.resource;
    warnings = parsed.warnings;
    planned = planOf(backup);
    const inputs = await gatherProcedure(gatherContext(context, signal), backup);
    const { warning } = collectionOf(inputs);
    warnings = warning === undefined ? warnings : [...warnings, warning];
    const installation = desiredInstallation(inputs, {
      cronJobApiVersion: apiVersionOf(context.cronJobs) as 'batch/v1' | 'batch/v1beta1',
      held: isHeld(context, backup),
    });
    await applyInstallation(context, backup, installation, signal);
    const isAlone = await takeOver(context, backup, signal);
    await renewToken(context, inputs, planned, signal);
    return { planned, installation, problem: undefined, warnings, secrets: secretsOf(inputs), isAlone };
  } catch (error) {
    const problem = problemOf(error);
    if (!problem) {
      throw error;
    }
    return { planned, installation: undefined, problem, warnings, secrets: undefined, isAlone: true };
  }
}

async function applyInstallation(
  context: Context,
  backup: ScheduledBackup,
  installation: Installation,
  signal: AbortSignal,
): Promise<void> {
  const { applier, informers, cronJobs } = context;
  for (const object of installation.objects) {
    const isSecret = object.kind === 'Secret';
    const current = (isSecret ? informers.secrets : informers.configMaps).get(objectKey(object.metadata));
    await applier.apply(isSecret ? kinds.secret : kinds.configMap, object, current, signal);
  }
  const { cronJob } = installation;
  if (cronJob) {
    await applier.apply(cronJobs, cronJob, informers.cronJobs.get(objectKey(cronJob.metadata)), signal);
  }
  for (const name of cronJobNames(backup)) {
    const left = informers.cronJobs.get(objectKey({ namespace: backup.metadata.namespace, name }));
    const isOurs = left?.metadata.ownerReferences?.some(({ uid }) => uid === backup.metadata.uid);
    if (left && isOurs && name !== cronJob?.metadata.name) {
      await retireCronJob(context, left, signal);
    }
  }
}

/** A CronJob's Jobs go with it, so it is held first, and deleted when the last run that it began has ended. */
async function retireCronJob(context: Context, cronJob: CronJob, signal: AbortSignal): Promise<void> {
  const { client, cronJobs, informers, applier } = context;
  const { namespace, uid, labels: its } = cronJob.metadata;
  const name = { namespace, name: nameOf(cronJob) };
  const key = objectKey({ namespace, name: its?.[labels.scheduledBackup] ?? '' });
  const runs = informers.jobs.byIndex(indices.label, key).filter(isRunning);
  if (!runs.some(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid))) {
    await client.delete(cronJobs, name, { uid, signal });
    applier.forget(cronJob);
  } else if (!cronJob.spec?.suspend) {
    await client.patch(cronJobs, name, { type: 'merge', body: { spec: { suspend: true } } }, { signal });
  }
}

async function renewToken(
  context: Context,
  inputs: ProcedureInputs,
  planned: Planned,
  signal: AbortSignal,
): Promise<void> {
  const { jobs, cronJob } = observe(context, inputs.backup);
  const next = isHeld(context, inputs.backup)
    ? undefined
    : nextRun(planned, new Date(context.clock.now()), cronJob);
  await renewRunToken({ context, inputs, jobs: jobs.filter(isScheduled), next, signal });
}

/** The Jobs of this object's operation, and its CronJob. */
function observe(
  context: Context,
  object: ScheduledBackup,
): { readonly jobs: readonly Job[]; readonly cronJob: CronJob | undefined } {
  const { namespace, name } = object.metadata;
  const { operation = 'backup' } = object.spec;
  const jobs = context.informers.jobs
    .byIndex(indices.label, backupLabelKey(namespace, name))
    .filter((job) => job.metadata.labels?.[labels.operation] === operation);
  const cronJob = context.informers.cronJobs.get(
    objectKey({ namespace, name: cronJobName(name, operation) }),
  );
  return { jobs, cronJob };
}

function isHeld(context: Context, backup: ScheduledBackup): boolean {
  const actions = context.informers.requestedActions.byIndex(
    indices.scheduledBackup,
    objectKey(backup.metadata),
  );
  return actions.some(isHolding);
}

async function readResult(
  context: Context,
  object: ScheduledBackup,
  jobs: readonly Job[],
  signal: AbortSignal,
): Promise<RunResult | undefined> {
  const run = newSuccess(object.status, jobs);
  if (!run) {
    return undefined;
  }
  return resultOf(await podsOf(context.client, run.job, signal));
}

/** What a run that has just failed said. Its words are shown to nobody where its secrets are not known. */
async function readFailure(
  context: Context,
  { status }: ScheduledBackup,
  {
    jobs,
    secrets,
    signal,
  }: {
    readonly jobs: readonly Job[];
    readonly secrets: readonly Hidden[] | undefined;
    readonly signal: AbortSignal;
  },
): Promise<string | undefined> {
  const run = newFailure(status, jobs);
  return run && secrets ? failureWords(await podsOf(context.client, run.job, signal), secrets) : undefined;
}

function childrenOf({ objects, cronJob }: Installation): readonly KubeObject[] {
  return cronJob ? [...objects, cronJob] : objects;
}

function referenceTo({ apiVersion, kind, metadata }: KubeObject) {
  return { apiVersion, kind, trackingId: metadata.labels?.[labels.trackingId] ?? '' };
}

interface LookOptions {
  readonly now: Date;
  readonly cronJob: CronJob | undefined;
  /** Until the next attempt at what failed. */
  readonly pauseMs: number | undefined;
  /** Whether there is a token for a scheduled run. */
  readonly hasToken: boolean;
}

/**
 * A problem outside of the cluster is looked at again without news; a schedule when the token of its next run is to be
 * made, and when that run should have begun.
 */
function nextLookMs(
  { problem, planned, isAlone }: Outcome,
  written: ScheduledBackup | undefined,
  { now, cronJob, pauseMs, hasToken }: LookOptions,
): number | undefined {
  if (problem) {
    return pauseMs ?? (problem.state === 'unavailable' ? 30_000 : 10 * 60_000);
  }
  if (!isAlone) {
    // The Jobs of others are not watched.
    return 30_000;
  }
  const next = planned && nextRun(planned, now, cronJob);
  if (!next) {
    // A token was made for a run that was suspended since.
    return hasToken ? maxDelayMs + 1000 : undefined;
  }
  const { backup, schedule } = planned;
  const untilRunMs = next.getTime() - now.getTime();
  const untilLoginMs = untilRunMs - tokenLeadMs(backup);
  // To make a token, or to take one away that was made in vain.
  const untilTokenMs = untilLoginMs > 0 ? untilLoginMs : untilRunMs + maxDelayMs + 1000;
  const lookMs = backup.spec.loginSecretRef === undefined ? [] : [untilTokenMs];
  if (!isConditionTrue(written?.status?.conditions, 'Missed')) {
    const grace = graceMs(backup);
    const due = schedule.latest(new Date(now.getTime() - grace), now) ?? next;
    lookMs.push(due.getTime() - now.getTime() + grace + 1000);
  }
  return lookMs.length === 0 ? undefined : Math.max(1000, Math.min(...lookMs));
}
