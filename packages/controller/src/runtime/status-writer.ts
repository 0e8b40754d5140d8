import { isDeepStrictEqual } from 'node:util';
import { isConflict, type KubeClient, type KubeObject, nameOf, type Resource } from '@backup-maker/kube';

interface WithStatus<Status> extends KubeObject {
  readonly status?: Status | undefined;
}

/** The object that was replaced, which is never a stale copy, and what it is now: the same where nothing was written. */
export interface StatusChange<T> {
  readonly before: T;
  readonly after: T;
}

const maxAttempts = 5;

/**
 * Write the status that `compute` makes of the object, if that changes anything. After a conflict it is computed
 * again from the stored object. Undefined when the object is gone, or another one.
 */
export async function writeStatus<Status, T extends WithStatus<Status>>(
  client: KubeClient,
  resource: Resource<T>,
  object: T,
  compute: (object: T) => Status,
  signal: AbortSignal,
): Promise<StatusChange<T> | undefined> {
  let current = object;
  for (let attempt = 1; ; attempt += 1) {
    const status = compute(current);
    if (isDeepStrictEqual(plain(status), plain(current.status ?? {}))) {
      return { before: current, after: current };
    }
    try {
      const after = await client.replace(resource, { ...current, status }, { subresource: 'status', signal });
      return { before: current, after };
    } catch (error) {
      if (!isConflict(error) || attempt === maxAttempts) {
        throw error;
      }
    }
    const name = { name: nameOf(object), namespace: object.metadata.namespace };
    const fresh = await client.find(resource, name, { signal });
    if (!fresh || fresh.metadata.uid !== object.metadata.uid) {
      return undefined;
    }
    current = fresh;
  }
}

/** As it is after a way through JSON: absent and undefined are the same. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
