import { type KubeObject, type ObjectName, objectKey, timestamp } from '@backup-maker/kube';
import { type Failure, Secret as Hidden } from '@backup-maker/model';
import { byCreation, isRunning } from '../job-outcome.ts';
import { type Job, kinds, type Secret } from '../kinds.ts';
import { annotations, stableId } from '../labels.ts';
import { plainCollection } from '../procedure/collection.ts';
import type { Login, ProcedureInputs } from '../procedure/gather.ts';
import { loginDigest, loginForRun, logoutRun } from '../procedure/login.ts';
import { collectionOf, repositoryUrl } from '../procedure/render.ts';
import { findEntry } from '../procedure/secret-entries.ts';
import { type TokenPurpose, tokenSecret, tokenSecretName } from '../procedure/token-secret.ts';
import type { Context } from '../runtime/context.ts';

/** How long before a run its token is made, at least and at most: a server must not get all log-ins at once. */
const minLeadMs = 30_000;
const maxLeadMs = 90_000;
/** How long after that time a run may appear. */
export const maxDelayMs = 120_000;

export interface RunTokenOptions {
  readonly context: Context;
  readonly inputs: ProcedureInputs;
  /** Jobs that the CronJob made. */
  readonly jobs: readonly Job[];
  /** When the next run begins; undefined where none will. */
  readonly next: Date | undefined;
  readonly signal: AbortSignal;
}

/** How long before its run the token of a ScheduledBackup is made; differs from one to the other. */
export function tokenLeadMs({ metadata }: KubeObject): number {
  const fraction = Number.parseInt(stableId(metadata.uid ?? '').slice(0, 8), 16) / 2 ** 32;
  return minLeadMs + fraction * (maxLeadMs - minLeadMs);
}

/**
 * The token of scheduled runs. It is made shortly before a run is due, so that its pod finds it, or when the run has
 * begun, for which the pod waits; and it ends with the run: no token lies around between two runs.
 */
export async function renewRunToken(options: RunTokenOptions): Promise<void> {
  const { context, inputs, jobs, next, signal } = options;
  const { backup, login } = inputs;
  const name = tokenSecretName(backup, backup.spec.operation);
  const key = { namespace: backup.metadata.namespace, name };
  const cached = context.informers.secrets.get(objectKey(key));
  const running = jobs.filter(isRunning).toSorted(byCreation)[0];
  const now = context.clock.now();
  const isDue = next !== undefined && next.getTime() - now <= tokenLeadMs(backup);
  if (!login || !(running || isDue || isAwaited(cached, now))) {
    if (cached) {
      await revokeToken(context, cached, inputs, signal);
    }
    return;
  }
  const stored = await context.client.find(kinds.secret, key, { signal });
  // One whose run never came is not given to a later one: it may end before that does.
  const isUnused = isAwaited(stored, now);
  if (running) {
    if (isUnused) {
      await assign(context, key, running, signal);
    } else if (stored?.metadata.annotations?.[annotations.jobUid] !== running.metadata.uid) {
      await logIn(options, login, { jobUid: running.metadata.uid });
    }
    return;
  }
  if (stored && !isUnused) {
    await revokeToken(context, stored, inputs, signal);
  }
  if (isDue && !isUnused) {
    await logIn(options, login, { scheduledFor: timestamp(next) });
  }
}

/** Whether the run that a token was made for may still appear. */
function isAwaited(secret: KubeObject | undefined, now: number): boolean {
  const { [annotations.jobUid]: jobUid, [annotations.scheduledFor]: scheduledFor } =
    secret?.metadata.annotations ?? {};
  return scheduledFor !== undefined && jobUid === undefined && now < Date.parse(scheduledFor) + maxDelayMs;
}

/** From now on the token ends with this run. */
async function assign(context: Context, key: ObjectName, job: Job, signal: AbortSignal): Promise<void> {
  const body = { metadata: { annotations: { [annotations.jobUid]: job.metadata.uid } } };
  await context.client.patch(kinds.secret, key, { type: 'merge', body }, { signal });
}

async function logIn(
  { context, inputs, signal }: RunTokenOptions,
  login: Login,
  purpose: TokenPurpose,
): Promise<void> {
  const { backup } = inputs;
  const { operation } = backup.spec;
  const url = repositoryUrl(inputs);
  const collection = plainCollection(collectionOf(inputs));
  const pauseKey = backup.metadata.uid ?? '';
  const digest = loginDigest(login, url, collection);
  const token = await context.pauses.attempt(pauseKey, digest, () =>
    loginForRun({ url, login, backup, collection, operation, fetch: context.fetch, signal }),
  );
  context.pauses.forget(pauseKey);
  const name = tokenSecretName(backup, operation);
  const secret = tokenSecret({ name, backup, operation, owner: backup, token, purpose });
  await context.applier.apply(kinds.secret, secret, undefined, signal);
}

/** Delete a run's Secret, and end its session as far as the server can be reached: it expires in any case. */
export async function revokeToken(
  context: Context,
  secret: KubeObject,
  inputs: ProcedureInputs | undefined,
  signal: AbortSignal,
): Promise<void> {
  const name = { namespace: secret.metadata.namespace, name: secret.metadata.name ?? '' };
  const stored = await context.client.find(kinds.secret, name, { signal });
  if (stored && inputs) {
    await endSession(context, stored, inputs, signal);
  }
  await context.client.delete(kinds.secret, name, { uid: secret.metadata.uid, signal });
  context.applier.forget({ ...secret, kind: 'Secret' });
}

async function endSession(
  context: Context,
  stored: Secret,
  inputs: ProcedureInputs,
  signal: AbortSignal,
): Promise<void> {
  const token = findEntry(stored, 'token');
  if (!token) {
    return;
  }
  try {
    await logoutRun({
      url: repositoryUrl(inputs),
      token: new Hidden(token.reveal()),
      fetch: context.fetch,
      signal,
    });
  } catch (error) {
    const { name, namespace } = stored.metadata;
    context.logger.warn(
      { namespace, secret: name, reason: (error as Failure).message },
      'a run has ended and its session could not be revoked; it expires by itself',
    );
  }
}
