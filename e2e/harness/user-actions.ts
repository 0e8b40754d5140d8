import { randomBytes } from 'node:crypto';
import { eventually } from './eventually.ts';
import type { Kubectl, KubernetesObject } from './kubectl.ts';
import {
  object,
  type ScheduledBackupInput,
  scheduledBackup,
  type User,
  userAndCollection,
} from './objects.ts';
import type { Repository, StoredVersion } from './repository.ts';

/** What a user does, in the words of a scenario. */
export interface UserActions {
  /** A user and a collection that the user may upload to and download from. */
  aUserAndACollection(name: string, collection?: Readonly<Record<string, unknown>>): Promise<void>;
  iScheduleABackup(name: string, spec: ScheduledBackupInput): Promise<void>;
  /** Request a backup and wait until it is healthy. */
  iRequestABackup(name: string): Promise<KubernetesObject>;
  iRequestARestore(name: string, targetVersion?: string): Promise<KubernetesObject>;
  /** Request an action and do not wait. */
  iRequest(action: 'backup' | 'restore', name: string, targetVersion?: string): Promise<string>;
  actionIsOver(action: string): Promise<KubernetesObject>;
  versionsOf(collection: string): Promise<readonly StoredVersion[]>;
}

export interface UserContext {
  readonly kubectl: Kubectl;
  readonly namespace: string;
  readonly repository: Repository;
  readonly user: User;
}

export function userActions(context: UserContext): UserActions {
  const { kubectl, namespace, repository, user } = context;
  const actionIsOver = (action: string) =>
    eventually(`the action ${action} is over`, () => overAction(context, action)).catch(
      async (cause: unknown) => {
        throw new Error(`${cause}\n${await situation(context, action)}`, { cause });
      },
    );
  const iRequest: UserActions['iRequest'] = async (action, name, targetVersion) => {
    const actionName = `${action}-${name}-${randomBytes(3).toString('hex')}`;
    const spec = { action, scheduledBackupRef: { name }, ...(targetVersion && { targetVersion }) };
    await kubectl.apply([
      object('riotkit.org/v1alpha1', 'RequestedBackupAction', actionName, namespace, { spec }),
    ]);
    return actionName;
  };
  const healthy = async (action: string) => {
    const over = await actionIsOver(action);
    if (over.status?.healthy !== true) {
      throw new Error(`the action ${action} is not healthy: ${JSON.stringify(over.status, null, 2)}`);
    }
    return over;
  };
  // One login serves a whole scenario, as it does a person: the server allows few of them a minute.
  let token: Promise<string> | undefined;
  return {
    aUserAndACollection: (name, collection = {}) =>
      kubectl.apply(userAndCollection(namespace, user, name, collection)),
    iScheduleABackup: (name, input) => kubectl.apply(scheduledBackup(namespace, repository.url, name, input)),
    iRequest,
    actionIsOver,
    iRequestABackup: async (name) => healthy(await iRequest('backup', name)),
    iRequestARestore: async (name, targetVersion = 'latest') =>
      healthy(await iRequest('restore', name, targetVersion)),
    versionsOf: async (collection) => {
      token ??= repository.token(user.name, user.password);
      return repository.versions(collection, await token);
    },
  };
}

async function overAction(
  { kubectl, namespace }: UserContext,
  name: string,
): Promise<KubernetesObject | undefined> {
  const action = await kubectl.get('requestedbackupactions', name, namespace);
  const ends = action.status?.conditions?.filter(
    ({ type, status }) => ['Complete', 'Failed'].includes(type) && status === 'True',
  );
  return ends?.length ? action : undefined;
}

/** What a person would look at when an action does not end. */
async function situation({ kubectl, namespace }: UserContext, action: string): Promise<string> {
  const show = (...args: readonly string[]) =>
    kubectl.run([...args, '-n', namespace]).catch((error: unknown) => String(error));
  const ofAction = `riotkit.org/requested-backup-action=${action}`;
  return [
    await show('get', 'requestedbackupactions,jobs,pods'),
    await show('describe', 'requestedbackupactions', action),
    await show('logs', '-l', ofAction, '--tail=5', '--prefix'),
  ].join('\n');
}
