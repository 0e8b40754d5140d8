import { type KubeObject, objectKey } from '@backup-maker/kube';
import { type Failure, Secret as Hidden } from '@backup-maker/model';
import { byCreation, isRunning } from '../job-outcome.ts';
import { type Job, kinds, type Secret } from '../kinds.ts';
import { annotations } from '../labels.ts';
import { plainCollection } from '../procedure/collection.ts';
import type { ProcedureInputs } from '../procedure/gather.ts';
import { loginDigest, loginForRun, logoutRun } from '../procedure/login.ts';
import { collectionOf, repositoryUrl } from '../procedure/render.ts';
import { findEntry } from '../procedure/secret-entries.ts';
import { tokenSecret, tokenSecretName } from '../procedure/token-secret.ts';
import type { Context } from '../runtime/context.ts';

export interface RunTokenOptions {
  readonly context: Context;
  readonly inputs: ProcedureInputs;
  /** Jobs that the CronJob made. */
  readonly jobs: readonly Job[];
  readonly signal: AbortSignal;
}

/**
 * The token of scheduled runs. A pod waits while the Secret that it takes its token from is not there, so the log-in
 * happens when a run has begun, and the token ends with it: no token lies around between two runs.
 */
export async function renewRunToken({ context, inputs, jobs, signal }: RunTokenOptions): Promise<void> {
  const { backup, login } = inputs;
  const { operation } = backup.spec;
  const name = tokenSecretName(backup, operation);
  const cached = context.informers.secrets.get(objectKey({ namespace: backup.metadata.namespace, name }));
  const running = jobs.filter(isRunning).toSorted(byCreation)[0];
  if (!login || !running) {
    if (cached) {
      await revokeToken(context, cached, inputs, signal);
    }
    return;
  }
  const stored = await context.client.find(
    kinds.secret,
    { namespace: backup.metadata.namespace, name },
    { signal },
  );
  if (stored?.metadata.annotations?.[annotations.jobUid] === running.metadata.uid) {
    return;
  }
  const url = repositoryUrl(inputs);
  const collection = plainCollection(collectionOf(inputs));
  const pauseKey = backup.metadata.uid ?? '';
  const digest = loginDigest(login, url, collection);
  const token = await context.pauses.attempt(pauseKey, digest, () =>
    loginForRun({ url, login, backup, collection, operation, fetch: context.fetch, signal }),
  );
  context.pauses.forget(pauseKey);
  const secret = tokenSecret({
    name,
    backup,
    operation,
    owner: backup,
    token,
    ...(running.metadata.uid !== undefined && { jobUid: running.metadata.uid }),
  });
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
