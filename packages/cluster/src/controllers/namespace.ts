import { isBeingDeleted, type KubeObject } from '../object.ts';
import { namespaceType } from '../resources/namespace.ts';
import { serviceAccountType } from '../resources/service-account.ts';
import { type Controller, type ControllerContext, keyOfObject } from './controller.ts';
import { WorkQueue } from './work-queue.ts';

/** Gives every namespace its service account, and empties those that are deleted. */
export function startNamespaceController(context: ControllerContext): Controller {
  const queue = new WorkQueue({
    ...context,
    name: 'namespace',
    reconcile: (name) => reconcile(context, name),
  });
  for (const namespace of context.objects.list(namespaceType)) {
    queue.add(namespace.metadata.name);
  }
  const unsubscribe = context.store.subscribe(({ type, resource, entry }) => {
    const { name, namespace } = entry.object.metadata;
    if (resource === namespaceType.storageKey) {
      queue.add(name);
    } else if (
      namespace !== undefined &&
      (type === 'DELETED' || resource === serviceAccountType.storageKey)
    ) {
      queue.add(namespace);
    }
  });
  return {
    close() {
      unsubscribe();
      queue.close();
    },
  };
}

function reconcile(context: ControllerContext, name: string): void {
  const namespace = context.objects.find(namespaceType, '', name);
  if (namespace === undefined) {
    return;
  }
  if (isBeingDeleted(namespace)) {
    empty(context, namespace);
  } else if (context.objects.find(serviceAccountType, name, 'default') === undefined) {
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { namespace: name, name: 'default' },
    };
    context.objects.create(serviceAccountType, account, { fieldManager: 'embedded-cluster' });
  }
}

/** Deletes what is in the namespace; when nothing is left, the namespace's own finalizer goes and it with that. */
function empty({ objects, registry }: ControllerContext, namespace: KubeObject): void {
  const { name } = namespace.metadata;
  const inside = registry.stored().filter((type) => type.namespaced);
  for (const type of inside) {
    for (const object of objects.list(type, name)) {
      if (!isBeingDeleted(object)) {
        objects.delete(type, keyOfObject(object), { propagationPolicy: 'Background' });
      }
    }
  }
  if (inside.every((type) => objects.list(type, name).length === 0)) {
    objects.finalizeNamespace(name);
  }
}
