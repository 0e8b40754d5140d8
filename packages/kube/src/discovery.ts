import type { CallOptions, KubeClient } from './client.ts';
import { isNotFound, KubeError } from './error.ts';
import type { KubeObject } from './object.ts';
import type { Resource } from './resource.ts';

interface ApiResourceList {
  readonly resources?: readonly { readonly name: string }[];
}

/** Whether the API server serves this kind in this version. */
export async function serves(
  client: KubeClient,
  resource: Resource,
  options: CallOptions = {},
): Promise<boolean> {
  const root = resource.group === '' ? '/api' : `/apis/${resource.group}`;
  try {
    const list = await client.read<ApiResourceList>(`${root}/${resource.version}`, options);
    return list.resources?.some(({ name }) => name === resource.plural) ?? false;
  } catch (error) {
    if (isNotFound(error)) {
      return false;
    }
    throw error;
  }
}

/** The first of several versions of a kind, newest first, that the API server serves. */
export async function firstServed<T extends KubeObject>(
  client: KubeClient,
  versions: readonly Resource<T>[],
  options: CallOptions = {},
): Promise<Resource<T>> {
  for (const resource of versions) {
    if (await serves(client, resource, options)) {
      return resource;
    }
  }
  const wanted = versions
    .map(({ group, version, plural }) => `${plural} in ${group}/${version}`)
    .join(' or ');
  throw new KubeError('configuration', `the API server does not serve ${wanted}`);
}
