import type { KubeClient } from '@backup-maker/kube';
import { type Job, kinds, type Pod } from '../kinds.ts';

/** The pods of a Job, which nobody watches: they are asked for when a run begins or ends. */
export async function podsOf(
  client: KubeClient,
  { metadata }: Job,
  signal: AbortSignal,
): Promise<readonly Pod[]> {
  const { items } = await client.list(kinds.pod, {
    namespace: metadata.namespace,
    labelSelector: `job-name=${metadata.name}`,
    signal,
  });
  return items;
}
