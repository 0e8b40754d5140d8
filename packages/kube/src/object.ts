export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly unknown[];
}

/** What every Kubernetes object has. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

export interface KubeList<T extends KubeObject> {
  /** Where a watch that continues this list begins. */
  readonly resourceVersion: string;
  readonly items: readonly T[];
}

/** A name inside its namespace; cluster-scoped objects have none. */
export interface ObjectName {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** The name of an object that a server sent; '' where it sent none. */
export function nameOf(object: KubeObject): string {
  return object.metadata.name ?? '';
}

/** `namespace/name`, or `name` alone for a cluster-scoped object: the key of caches and queues. */
export function objectKey(object: {
  readonly namespace?: string | undefined;
  readonly name?: string;
}): string {
  return object.namespace ? `${object.namespace}/${object.name ?? ''}` : (object.name ?? '');
}

/** The reverse of `objectKey`. */
export function parseObjectKey(key: string): ObjectName {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** A reference that makes `owner` the controller of a child: the child is deleted with it. */
export function ownerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: nameOf(owner),
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The controlling owner of a child, if it is of this kind (the version may differ). */
export function controllerOf(object: KubeObject, group: string, kind: string): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(
    (owner) => owner.controller && owner.kind === kind && groupOf(owner.apiVersion) === group,
  );
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}
