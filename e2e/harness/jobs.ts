import { eventually } from './eventually.ts';
import type { KubernetesObject } from './kubectl.ts';
import type { World } from './world.ts';

export function jobsOf(world: World): Promise<readonly KubernetesObject[]> {
  return world.kubectl.list('jobs', world.namespace);
}

/** Wait for the first Job of a scenario. */
export function someJob(world: World): Promise<KubernetesObject> {
  return eventually('there is a Job', async () => (await jobsOf(world))[0], { intervalMs: 20 });
}

export function isComplete({ status }: KubernetesObject): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Complete' && is === 'True') ?? false;
}
