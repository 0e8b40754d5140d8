import { defineResource, type KubeClient, type KubeObject, type Resource } from '@backup-maker/kube';
import { Failure } from '@backup-maker/model';
import type { Definition } from './definitions.ts';

interface ServedResources {
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
  }[];
}

/**
 * Write objects to the API server, in their order: created where they are not there, changed where they differ.
 * @param namespace where namespaced objects go that name none
 * @throws Failure `invalid-input` that names the object and its file
 */
export async function applyDefinitions(
  client: KubeClient,
  definitions: readonly Definition[],
  namespace = 'default',
): Promise<void> {
  const served = new Map<string, Promise<ServedResources>>();
  for (const { source, object } of definitions) {
    const resources =
      served.get(object.apiVersion) ?? client.read<ServedResources>(pathOf(object.apiVersion));
    served.set(object.apiVersion, resources);
    try {
      const resource = resourceOf(object, await resources);
      await client.apply(resource, inNamespace(object, resource, namespace));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Failure(
        'invalid-input',
        `${source}: cannot apply ${object.kind} "${object.metadata.name}": ${why}`,
        { cause },
      );
    }
  }
}

/** Where a group and version list what they serve. */
function pathOf(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function resourceOf(object: KubeObject, served: ServedResources): Resource {
  const found = served.resources.find((entry) => entry.kind === object.kind && !entry.name.includes('/'));
  if (found === undefined) {
    throw new Failure('not-found', `the API server has no kind ${object.kind} in ${object.apiVersion}`);
  }
  const [version = '', group = ''] = object.apiVersion.split('/').reverse();
  return defineResource({
    group,
    version,
    plural: found.name,
    kind: found.kind,
    namespaced: found.namespaced,
  });
}

function inNamespace(object: KubeObject, resource: Resource, namespace: string): KubeObject {
  return resource.namespaced && object.metadata.namespace === undefined
    ? { ...object, metadata: { ...object.metadata, namespace } }
    : object;
}
