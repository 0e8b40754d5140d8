import {
  defineResource,
  findCondition,
  isConditionTrue,
  type KubeClient,
  type KubeObject,
} from '@backup-maker/kube';
import { apiVersionOf, Failure, RequestedBackupAction } from '@backup-maker/model';

type Action = KubeObject & RequestedBackupAction;

const [version = '', group = ''] = apiVersionOf(RequestedBackupAction).split('/').reverse();
const actions = defineResource<Action>({
  group,
  version,
  plural: RequestedBackupAction.plural,
  kind: RequestedBackupAction.kind,
  namespaced: true,
});

export interface WaitOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/**
 * Wait until an action is over, as `kubectl wait` does.
 * @throws Failure `command-failed` with the reason that its status gives; `timeout`
 */
export async function waitForAction({
  client,
  namespace,
  name,
  timeoutSeconds,
  signal,
}: WaitOptions): Promise<void> {
  const selection = { signal, namespace, fieldSelector: `metadata.name=${name}` };
  const list = await client.list(actions, selection);
  if (list.items.some(isOver)) {
    return;
  }
  for await (const event of client.watch(actions, {
    ...selection,
    resourceVersion: list.resourceVersion,
    timeoutSeconds,
  })) {
    if (event.type !== 'BOOKMARK' && isOver(event.object)) {
      return;
    }
  }
  throw new Failure('timeout', `the action ${name} was not over after ${timeoutSeconds} s`);
}

function isOver(action: Action): boolean {
  const conditions = action.status?.conditions ?? [];
  if (isConditionTrue(conditions, 'Failed')) {
    const reason = findCondition(conditions, 'Failed')?.message ?? '';
    throw new Failure('command-failed', `the action ${action.metadata.name} failed: ${reason}`);
  }
  return isConditionTrue(conditions, 'Complete');
}
