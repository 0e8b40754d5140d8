import { type KubeClient, KubeError, type KubeObject, type Resource } from '@backup-maker/kube';
import { Failure } from '@backup-maker/model';

export interface StatusWriterOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly onError: (error: unknown) => void;
}

export type StatusWriter = (resource: Resource<KubeObject>, name: string, status: object) => Promise<void>;

/** Not at every look: what is refused now is refused in ten seconds too. */
const pauseMs = 10 * 60_000;

/**
 * Writes the status of objects where the installation lets us. An older Role does not allow it, and an older definition
 * of a kind has no status: nothing else depends on it.
 */
export function createStatusWriter({ client, namespace, onError }: StatusWriterOptions): StatusWriter {
  const pausedUntil = new Map<string, number>();
  return async (resource, name, status) => {
    if ((pausedUntil.get(resource.plural) ?? 0) > performance.now()) {
      return;
    }
    const patch = { type: 'merge', body: { status } } as const;
    try {
      await client.patch(resource, { namespace, name }, patch, { subresource: 'status' });
    } catch (error) {
      if (!(error instanceof KubeError && (error.status === 403 || error.status === 404))) {
        throw error;
      }
      pausedUntil.set(resource.plural, performance.now() + pauseMs);
      onError(
        new Failure(
          error.status === 403 ? 'forbidden' : 'not-found',
          `the status of ${resource.plural} cannot be written: apply the current Role and custom resource definitions to have it`,
          { cause: error },
        ),
      );
    }
  };
}
