import { createApiClient } from '@backup-maker/api';
import {
  Failure,
  Secret as Hidden,
  type Operation,
  type Role,
  type ScheduledBackup,
} from '@backup-maker/model';
import { stableId } from '../labels.ts';
import { invalid } from '../problem.ts';
import type { Login } from './gather.ts';

/** A token for one run: good for one collection and one direction. */
export interface RunToken {
  readonly token: Hidden;
  readonly sessionId: string;
}

export interface LoginOptions {
  readonly url: URL;
  readonly login: Login;
  readonly backup: ScheduledBackup;
  /** The only one that the token is good for. */
  readonly collection: string;
  readonly operation: Operation;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
}

/** All that each operation needs in the collection. */
const rolesOf: Readonly<Record<Operation, readonly Role[]>> = {
  backup: ['backupUploader'],
  restore: ['backupDownloader'],
};

/** A run without a deadline gets this long; the server may allow less. */
const defaultRunSeconds = 24 * 3600;
/** The pod may wait for a node and an image before it begins. */
const startSeconds = 3600;

/** Log in for one run. @throws Failure that says what the server said, never the password */
export async function loginForRun(options: LoginOptions): Promise<RunToken> {
  const { url, login, backup, collection, operation, signal } = options;
  const api = createApiClient({ url, fetch: options.fetch });
  const seconds = (backup.spec.activeDeadlineSeconds ?? defaultRunSeconds) + startSeconds;
  try {
    const { token, sessionId } = await api.login(
      {
        username: login.username,
        password: login.password.reveal(),
        operationsScope: {
          elements: [{ type: 'collection', name: collection, roles: [...rolesOf[operation]] }],
        },
        expiresIn: `${seconds}s`,
      },
      signal,
    );
    return { token: new Hidden(token), sessionId };
  } catch (error) {
    throw loginFailure(error, backup, url);
  }
}

function loginFailure(error: unknown, backup: ScheduledBackup, url: URL): Failure {
  const failure = Failure.from(error, 'network', 'no usable answer');
  const message = `cannot log in at ${url.host} with Secret "${backup.spec.loginSecretRef?.secretName}": ${failure.message}`;
  return failure.code === 'invalid-input'
    ? invalid('LoginRefused', message)
    : new Failure(failure.code, message, {
        cause: failure,
        details: { ...failure.details, reason: 'LoginFailed' },
      });
}

/** Equal for log-ins that differ in nothing; reveals nothing. */
export function loginDigest({ username, password }: Login, url: URL, collection: string): string {
  return stableId(username, password.reveal(), url.href, collection);
}

/** End a run's session. @throws Failure where the server can't be asked; the token expires by itself then */
export async function logoutRun(options: {
  readonly url: URL;
  readonly token: Hidden;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
}) {
  const api = createApiClient({ url: options.url, token: options.token, fetch: options.fetch });
  await api.call('logout', { signal: options.signal });
}
