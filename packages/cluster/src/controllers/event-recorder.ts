import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { type KubeObject, kubeTime } from '../object.ts';
import type { Objects } from '../objects/objects.ts';
import { eventType } from '../resources/event.ts';

export interface EventText {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** `spec.containers{main}`: the part of the object that it is about. */
  readonly fieldPath?: string;
}

export interface EventRecorder {
  readonly record: (about: KubeObject, event: EventText) => void;
}

/** Writes Events; the same one again raises the count of the first. */
export function eventRecorder(options: {
  readonly objects: Objects;
  readonly clock: Clock;
  readonly component: string;
  readonly log: Logger;
}): EventRecorder {
  const { objects, clock, component, log } = options;
  const source = { component };
  return {
    record(about, event) {
      const now = kubeTime(clock.now());
      const namespace = about.metadata.namespace ?? 'default';
      const name = eventName(about, event, component);
      try {
        if (objects.find(eventType, namespace, name) !== undefined) {
          objects.update(
            eventType,
            { namespace, name },
            (old) => ({ ...old, count: Number(old.count ?? 1) + 1, lastTimestamp: now }),
            { fieldManager: component },
          );
          return;
        }
        const { fieldPath, ...text } = event;
        objects.create(
          eventType,
          {
            apiVersion: 'v1',
            kind: 'Event',
            metadata: { namespace, name },
            involvedObject: { ...reference(about), ...(fieldPath !== undefined && { fieldPath }) },
            ...text,
            source,
            reportingComponent: component,
            reportingInstance: '',
            firstTimestamp: now,
            lastTimestamp: now,
            count: 1,
          },
          { fieldManager: component },
        );
      } catch (error) {
        // An event is told to people; the work that it tells of goes on without it (its namespace may be going).
        log.debug({ err: error, reason: event.reason, about: about.metadata.name }, 'event was not recorded');
      }
    },
  };
}

function reference(about: KubeObject): Record<string, string> {
  const { namespace, name, uid, resourceVersion } = about.metadata;
  return {
    kind: about.kind,
    apiVersion: about.apiVersion,
    name,
    uid,
    resourceVersion,
    ...(namespace !== undefined && { namespace }),
  };
}

/** The same words about the same object make the same name. */
function eventName(about: KubeObject, event: EventText, component: string): string {
  const words = JSON.stringify([
    about.metadata.uid,
    component,
    event.type,
    event.reason,
    event.message,
    event.fieldPath,
  ]);
  return `${about.metadata.name}.${createHash('sha256').update(words).digest('hex').slice(0, 16)}`;
}
