import { isBeingDeleted, type KubeObject, type OwnerReference, withMetadata } from '../object.ts';
import { foregroundFinalizer, orphanFinalizer } from '../objects/deletion.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { type Controller, type ControllerContext, keyOfObject } from './controller.ts';
import type { Located } from './owner-index.ts';
import { WorkQueue } from './work-queue.ts';

/**
 * Garbage collection by ownerReferences: children whose owners are all gone are deleted; a foreground deletion waits for
 * the children that block it; an orphaning one frees them.
 */
export function startGarbageCollector(context: ControllerContext): Controller {
  const queue = new WorkQueue({ ...context, name: 'garbage', reconcile: (uid) => reconcile(context, uid) });
  const look = (object: KubeObject): void => {
    if ((object.metadata.ownerReferences ?? []).length > 0 || isHeld(object)) {
      queue.add(object.metadata.uid);
    }
  };
  for (const type of context.registry.stored()) {
    context.objects.list(type).forEach(look);
  }
  const unsubscribe = context.store.subscribe(({ type, entry: { object }, previous }) => {
    if (type !== 'DELETED') {
      look(object);
      return;
    }
    for (const child of context.owners.childrenOf(object.metadata.uid)) {
      queue.add(child.object.metadata.uid);
    }
    for (const owner of previous?.object.metadata.ownerReferences ?? []) {
      queue.add(owner.uid);
    }
  });
  return {
    close() {
      unsubscribe();
      queue.close();
    },
  };
}

function isHeld(object: KubeObject): boolean {
  const finalizers = object.metadata.finalizers ?? [];
  return (
    isBeingDeleted(object) &&
    (finalizers.includes(foregroundFinalizer) || finalizers.includes(orphanFinalizer))
  );
}

function reconcile(context: ControllerContext, uid: string): void {
  const located = context.owners.find(uid);
  const type = located && typeOf(context, located);
  if (located === undefined || type === undefined) {
    return;
  }
  if (isHeld(located.object)) {
    release(context, type, located.object);
  } else {
    collect(context, type, located.object);
  }
}

/** Deletes an object that has owners and none that is left; of several owners the references to missing ones go. */
function collect(context: ControllerContext, type: ResourceType, object: KubeObject): void {
  const owners = object.metadata.ownerReferences ?? [];
  const present = owners.filter((owner) => exists(context, object, owner));
  if (owners.length === 0 || present.length === owners.length || isBeingDeleted(object)) {
    return;
  }
  if (present.length === 0) {
    context.objects.delete(type, keyOfObject(object), {
      propagationPolicy: 'Background',
      preconditions: { uid: object.metadata.uid },
    });
    return;
  }
  replaceOwners(context, type, object, present);
}

/** An owner in another namespace is none, as in Kubernetes. */
function exists({ owners }: ControllerContext, object: KubeObject, reference: OwnerReference): boolean {
  const owner = owners.find(reference.uid)?.object;
  const namespace = owner?.metadata.namespace;
  return owner !== undefined && (namespace === undefined || namespace === object.metadata.namespace);
}

function release(context: ControllerContext, type: ResourceType, owner: KubeObject): void {
  const children = context.owners.childrenOf(owner.metadata.uid);
  if (owner.metadata.finalizers?.includes(orphanFinalizer)) {
    for (const child of children) {
      orphan(context, child, owner.metadata.uid);
    }
    context.objects.removeFinalizer(type, owner, orphanFinalizer);
    return;
  }
  const blocking = children.filter(({ object }) => blocks(object, owner.metadata.uid));
  for (const child of children) {
    const childType = typeOf(context, child);
    if (childType !== undefined && !isBeingDeleted(child.object)) {
      context.objects.delete(childType, keyOfObject(child.object), { propagationPolicy: 'Foreground' });
    }
  }
  const left = blocking.filter(({ object }) => context.owners.find(object.metadata.uid) !== undefined);
  if (left.length === 0) {
    context.objects.removeFinalizer(type, owner, foregroundFinalizer);
  }
}

function blocks(child: KubeObject, ownerUid: string): boolean {
  return (child.metadata.ownerReferences ?? []).some(
    (one) => one.uid === ownerUid && one.blockOwnerDeletion === true,
  );
}

function orphan(context: ControllerContext, child: Located, ownerUid: string): void {
  const type = typeOf(context, child);
  if (type !== undefined) {
    const rest = (child.object.metadata.ownerReferences ?? []).filter((one) => one.uid !== ownerUid);
    replaceOwners(context, type, child.object, rest);
  }
}

function replaceOwners(
  { objects }: ControllerContext,
  type: ResourceType,
  object: KubeObject,
  owners: readonly OwnerReference[],
): void {
  const ownerReferences = owners.length > 0 ? owners : undefined;
  objects.update(type, keyOfObject(object), (old) => withMetadata(old, { ownerReferences }), {
    fieldManager: 'embedded-cluster',
  });
}

function typeOf({ registry }: ControllerContext, { resource }: Located): ResourceType | undefined {
  return registry.types.find((type) => type.storageKey === resource);
}
