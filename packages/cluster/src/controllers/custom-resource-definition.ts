import { textAt } from '../json.ts';
import { isBeingDeleted } from '../object.ts';
import { customResourceFinalizer } from '../objects/deletion.ts';
import { customResourceDefinitionType } from '../resources/custom-resource-definition.ts';
import { storageKey } from '../resources/resource-type.ts';
import { type Controller, type ControllerContext, keyOfObject } from './controller.ts';
import { WorkQueue } from './work-queue.ts';

/** A definition that is deleted takes its objects with it, and stays until the last of them is gone. */
export function startDefinitionController(context: ControllerContext): Controller {
  const queue = new WorkQueue({
    ...context,
    name: 'custom-resource-definition',
    reconcile: (name) => reconcile(context, name),
  });
  for (const crd of context.objects.list(customResourceDefinitionType)) {
    queue.add(crd.metadata.name);
  }
  const unsubscribe = context.store.subscribe(({ type, resource, entry }) => {
    if (resource === customResourceDefinitionType.storageKey) {
      queue.add(entry.object.metadata.name);
    } else if (type === 'DELETED') {
      const [group, plural] = resource.split('/');
      const name = `${plural}.${group}`;
      if (context.objects.find(customResourceDefinitionType, '', name) !== undefined) {
        queue.add(name);
      }
    }
  });
  return {
    close() {
      unsubscribe();
      queue.close();
    },
  };
}

function reconcile({ objects, registry }: ControllerContext, name: string): void {
  const crd = objects.find(customResourceDefinitionType, '', name);
  if (crd === undefined || !isBeingDeleted(crd)) {
    return;
  }
  const key = storageKey(textAt(crd, 'spec', 'group') ?? '', textAt(crd, 'spec', 'names', 'plural') ?? '');
  const type = registry.types.find((one) => one.storageKey === key);
  const instances = type === undefined ? [] : objects.list(type);
  for (const object of instances) {
    if (type !== undefined && !isBeingDeleted(object)) {
      objects.delete(type, keyOfObject(object), { propagationPolicy: 'Background' });
    }
  }
  if (type === undefined || objects.list(type).length === 0) {
    objects.removeFinalizer(customResourceDefinitionType, crd, customResourceFinalizer);
  }
}
