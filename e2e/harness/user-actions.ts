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
  /** The last lines of what the pods of an action printed. */
  podOutputOf(action: string): Promise<string>;
  versionsOf(name: string): Promise<readonly StoredVersion[]>;
  /** The id of the collection on the server. */
  collectionOf(name: string): string;
  /** A token of the user, for requests of the scenario's own. */
  token(): Promise<string>;
  /** Remove user and collections from a server that goes on without the scenario. */
  forgetAccount(): Promise<void>;
}

export interface UserContext {
  readonly kubectl: Kubectl;
  readonly namespace: string;
  readonly repository: Repository;
  readonly user: User;
  /** The namespace that the server reads users and collections from. */
  readonly accounts: string;
  /** Comes before the names of the user and the collections there. */
  readonly prefix: string;
  /** What pods run in, where the node does not run them with the programs of this machine. */
  readonly image?: string | undefined;
}

export function userActions(context: UserContext): UserActions {
  const { kubectl, namespace, repository, accounts, prefix } = context;
  const user = { ...context.user, name: `${prefix}${context.user.name}` };
  const collectionOf = (name: string) => `${prefix}${name}`;
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
      const status = JSON.stringify(over.status, null, 2);
      throw new Error(`the action ${action} is not healthy: ${status}\n${await situation(context, action)}`);
    }
    return over;
  };
  // One login serves a whole scenario, as it does a person: the server allows few of them a minute.
  let login: Promise<string> | undefined;
  const token = () => {
    login ??= repository.token(user.name, user.password);
    return login;
  };
  return {
    aUserAndACollection: (name, collection = {}) =>
      kubectl.apply(
        userAndCollection({ namespace, accounts, user, collection: collectionOf(name), spec: collection }),
      ),
    iScheduleABackup: (name, input) => {
      const podTemplate = {
        ...(context.image !== undefined && { image: context.image }),
        ...input.podTemplate,
      };
      return kubectl.apply(
        scheduledBackup({
          namespace,
          repositoryUrl: repository.url,
          name,
          collection: collectionOf(name),
          input: { ...input, podTemplate },
        }),
      );
    },
    iRequest,
    actionIsOver,
    iRequestABackup: async (name) => healthy(await iRequest('backup', name)),
    iRequestARestore: async (name, targetVersion = 'latest') =>
      healthy(await iRequest('restore', name, targetVersion)),
    podOutputOf: (action) => podOutput(context, action),
    versionsOf: async (name) => repository.versions(collectionOf(name), await token()),
    collectionOf,
    token,
    forgetAccount: async () => {
      if (accounts !== namespace) {
        const kinds = 'backupcollections,backupusers,secrets';
        await kubectl.run(['delete', kinds, '-n', accounts, '-l', `riotkit.org/e2e=${namespace}`]);
      }
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
  return [
    await show('get', 'requestedbackupactions,jobs,pods'),
    await show('describe', 'requestedbackupactions', action),
    await podOutput({ kubectl, namespace }, action).catch(String),
  ].join('\n');
}

function podOutput(
  { kubectl, namespace }: Pick<UserContext, 'kubectl' | 'namespace'>,
  action: string,
): Promise<string> {
  const ofAction = `riotkit.org/requested-backup-action=${action}`;
  return kubectl.run(['logs', '-l', ofAction, '--tail=20', '--prefix', '-n', namespace]);
}
