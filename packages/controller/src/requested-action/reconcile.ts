import { nameOf, objectKey, type ReconcileResult } from '@backup-maker/kube';
import {
  parseResource,
  type RequestedBackupAction,
  RequestedBackupAction as RequestedBackupActionKind,
  ScheduledBackup as ScheduledBackupKind,
} from '@backup-maker/model';
import { failureWords } from '../failure-words.ts';
import { isFinished, isRunning, outcomeOf, podFailure, resultOf } from '../job-outcome.ts';
import { type Job, kinds } from '../kinds.ts';
import { stableId } from '../labels.ts';
import { missing, problemOf } from '../problem.ts';
import { gatherProcedure, secretsOf } from '../procedure/gather.ts';
import { type Context, gatherContext } from '../runtime/context.ts';
import { podsOf } from '../runtime/pods.ts';
import { writeStatus } from '../runtime/status-writer.ts';
import { hasBegun, withStartDeadline } from './deadline.ts';
import { desiredAction, jobNameOf } from './desired.ts';
import { finishAction, inputsOf } from './finish.ts';
import { wasProcessedBefore } from './hold.ts';
import { reportAction } from './report.ts';
import { startAction } from './start.ts';
import { type ActionState, actionStatus } from './status.ts';

/** Bring one RequestedBackupAction a step further: start its Job once, follow it, record its end. */
export async function reconcileRequestedAction(
  context: Context,
  key: string,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const cached = context.informers.requestedActions.get(key);
  if (!cached || cached.metadata.deletionTimestamp || wasProcessedBefore(cached)) {
    return {};
  }
  if (isFinished(cached.status?.conditions)) {
    await finishAction(context, cached, signal);
    return {};
  }
  const now = new Date(context.clock.now());
  const state = withStartDeadline(await advance(context, cached, signal), cached, now);
  const warnings = warningsOf(cached);
  const written = await writeStatus(
    context.client,
    kinds.requestedAction,
    cached,
    (current) => actionStatus(current, { state, warnings, now: new Date(context.clock.now()) }),
    signal,
  );
  if (written) {
    await reportAction(context, written.before, written.after, state);
  }
  return { requeueAfterMs: nextLookMs(state, context.pauses.remainingMs(cached.metadata.uid ?? '')) };
}

/** None of an action that cannot be read: that is its problem. */
function warningsOf(action: RequestedBackupAction): readonly string[] {
  try {
    return parseResource(RequestedBackupActionKind, action).warnings;
  } catch (error) {
    if (problemOf(error)) {
      return [];
    }
    throw error;
  }
}

async function advance(
  context: Context,
  cached: RequestedBackupAction,
  signal: AbortSignal,
): Promise<ActionState> {
  const job = await findJob(context, cached, signal);
  if (job) {
    return startedState(context, cached, job, signal);
  }
  // The cache may be behind our own last write: whether it was started is asked of the API server.
  const action = await context.client.find(kinds.requestedAction, nameOfObject(cached), { signal });
  if (!action || action.metadata.uid !== cached.metadata.uid) {
    return { type: 'waiting', message: 'the action is being deleted' };
  }
  if (action.status?.processed) {
    return { type: 'lost', jobName: jobNameOf(action) };
  }
  try {
    return await prepareAndStart(context, action, signal);
  } catch (error) {
    const problem = problemOf(error);
    if (!problem) {
      throw error;
    }
    return { type: 'problem', problem };
  }
}

async function prepareAndStart(
  context: Context,
  object: RequestedBackupAction,
  signal: AbortSignal,
): Promise<ActionState> {
  const action = parseResource(RequestedBackupActionKind, object).resource;
  const { name } = action.spec.scheduledBackupRef;
  const key = objectKey({ namespace: action.metadata.namespace, name });
  const backup = context.informers.scheduledBackups.get(key);
  if (!backup) {
    throw missing('ScheduledBackupMissing', `ScheduledBackup "${name}" does not exist`);
  }
  const inputs = await gatherProcedure(
    gatherContext(context, signal),
    parseResource(ScheduledBackupKind, backup).resource,
  );
  const desired = desiredAction(action, inputs);
  const pauseKey = action.metadata.uid ?? '';
  const { username, password } = inputs.login ?? {};
  // Never asks twice for what was refused, as long as nothing is different about it.
  const digest = stableId(JSON.stringify(desired), username ?? '', password?.reveal() ?? '');
  const state = await context.starts.run(key, () =>
    context.pauses.attempt(pauseKey, digest, () => startAction({ context, action, inputs, desired, signal })),
  );
  if (state.type === 'started') {
    context.pauses.forget(pauseKey);
  }
  return state;
}

/** The Job of an action, if it was made by it: a stranger of the same name is a problem, not a run. */
async function findJob(
  context: Context,
  action: RequestedBackupAction,
  signal: AbortSignal,
): Promise<Job | undefined> {
  const name = { namespace: action.metadata.namespace, name: jobNameOf(action) };
  const cached = context.informers.jobs.get(objectKey(name));
  const job = cached ?? (await context.client.find(kinds.job, name, { signal }));
  return job?.metadata.ownerReferences?.some(({ uid }) => uid === action.metadata.uid) ? job : undefined;
}

/** With what the pods say that the Job does not: whether one began, why it can't, how it ended. */
async function startedState(
  context: Context,
  action: RequestedBackupAction,
  job: Job,
  signal: AbortSignal,
): Promise<ActionState> {
  const pods = await podsOf(context.client, job, signal);
  switch (outcomeOf(job).type) {
    case 'succeeded':
      return { type: 'started', job, result: resultOf(pods) };
    case 'failed': {
      // Its words are shown to nobody where its secrets are not known any more.
      const inputs = await inputsOf(context, action, signal);
      const words = inputs && failureWords(pods, secretsOf(inputs));
      return { type: 'started', job, detail: words ?? podFailure(pods) };
    }
    default:
      return { type: 'started', job, detail: podFailure(pods), hasBegun: hasBegun(job, pods) };
  }
}

function nameOfObject(object: RequestedBackupAction) {
  return { namespace: object.metadata.namespace, name: nameOf(object) };
}

/** The wait without news: a run's pods are not watched, so their state is looked at now and then. */
function nextLookMs(state: ActionState, pauseMs: number | undefined): number | undefined {
  switch (state.type) {
    case 'problem':
      return pauseMs ?? (state.problem.state === 'unavailable' ? 30_000 : 10 * 60_000);
    case 'waiting':
      return 30_000;
    case 'started':
      return isRunning(state.job) ? 60_000 : undefined;
    case 'lost':
    case 'given-up':
      return undefined;
    default:
      return state satisfies never;
  }
}
