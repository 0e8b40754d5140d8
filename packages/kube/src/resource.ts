import { KubeError } from './error.ts';
import type { KubeObject, ObjectName } from './object.ts';

/** A kind as the API serves it: where it is, and the type that its objects have here. */
export interface Resource<T extends KubeObject = KubeObject> {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Never set: it only carries the type of the objects. */
  readonly object?: T;
}

export function defineResource<T extends KubeObject>(resource: Omit<Resource, 'object'>): Resource<T> {
  return Object.freeze({ ...resource });
}

export function apiVersionOf(resource: Resource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

export type Subresource = 'status' | 'log' | 'scale';

/** The path of all objects of a kind, in one namespace or (no namespace) everywhere. */
export function collectionPath(resource: Resource, namespace: string | undefined): string {
  const root = resource.group === '' ? '/api' : `/apis/${segment(resource.group)}`;
  const scope = resource.namespaced && namespace !== undefined ? `/namespaces/${segment(namespace)}` : '';
  return `${root}/${segment(resource.version)}${scope}/${segment(resource.plural)}`;
}

/** The path of one object. */
export function objectPath(resource: Resource, name: ObjectName, subresource?: Subresource): string {
  if (resource.namespaced && !name.namespace) {
    throw new KubeError('configuration', `${resource.kind} ${name.name} needs a namespace`);
  }
  const path = `${collectionPath(resource, name.namespace)}/${segment(name.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** Names come from objects that users write: none may lead to another path. */
function segment(text: string): string {
  if (text === '' || text === '.' || text === '..' || /[/%]/.test(text)) {
    throw new KubeError(
      'configuration',
      `${JSON.stringify(text)} is not a name that a Kubernetes object can have`,
    );
  }
  return encodeURIComponent(text);
}
