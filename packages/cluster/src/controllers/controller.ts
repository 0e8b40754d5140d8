import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { Objects } from '../objects/objects.ts';
import type { Registry } from '../resources/registry.ts';
import type { Store } from '../store/store.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { OwnerIndex } from './owner-index.ts';

/** What the cluster's own controllers work with. */
export interface ControllerContext {
  readonly store: Store;
  readonly objects: Objects;
  readonly registry: Registry;
  readonly owners: OwnerIndex;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Controller {
  readonly close: () => void;
}

/** `namespace/name`, the key of an object in queues. */
export interface ObjectKey {
  readonly namespace: string;
  readonly name: string;
}

export function parseKey(key: string): ObjectKey {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

export function keyOfObject(object: {
  readonly metadata: { readonly namespace?: string; readonly name: string };
}): ObjectKey {
  return { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
}

export function queueKey(object: {
  readonly metadata: { readonly namespace?: string; readonly name: string };
}): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}
