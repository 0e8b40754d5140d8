import { createHash } from 'node:crypto';
import type { KubeClient } from './client.ts';
import { type Clock, systemClock } from './clock.ts';
import { timestamp } from './condition.ts';
import { type KubeObject, nameOf } from './object.ts';
import { defineResource } from './resource.ts';

/** What users see with `kubectl describe`. */
export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  /** Stable, CamelCase. */
  readonly reason: string;
  readonly message: string;
}

export interface EventRecorder {
  /** Never fails: an event that can't be written is given to `onError`. */
  record(about: KubeObject, note: EventNote): Promise<void>;
}

export interface EventRecorderOptions {
  readonly client: KubeClient;
  /** Shown as the source, such as `backup-maker-controller`. */
  readonly component: string;
  /** The same note about the same object is written again at most this often. */
  readonly quietMs?: number;
  readonly clock?: Clock;
  readonly onError?: (error: unknown) => void;
}

interface EventObject extends KubeObject {
  readonly count?: number;
  readonly firstTimestamp?: string;
}

const events = defineResource<EventObject>({
  group: '',
  version: 'v1',
  plural: 'events',
  kind: 'Event',
  namespaced: true,
});

interface Written {
  readonly message: string;
  readonly at: number;
  /** How often it happened since the last write. */
  readonly unwritten: number;
}

const maxRemembered = 10_000;

/**
 * Records events, one object for each (object, reason): a repetition raises its count, and the same message again
 * within `quietMs` is only counted. A retry loop therefore leaves one event, not thousands.
 */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, component, clock = systemClock, quietMs = 5 * 60_000 } = options;
  const written = new Map<string, Written>();

  async function write(about: KubeObject, note: EventNote, key: string, times: number): Promise<void> {
    const name = {
      namespace: about.metadata.namespace ?? 'default',
      name: `${nameOf(about).slice(0, 230)}.${key}`,
    };
    const previous = await client.find(events, name);
    const now = timestamp(new Date(clock.now()));
    await client.apply(events, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: name,
      involvedObject: referenceTo(about),
      ...note,
      message: note.message.slice(0, 1024),
      source: { component },
      reportingComponent: component,
      reportingInstance: component,
      count: (previous?.count ?? 0) + times,
      firstTimestamp: previous?.firstTimestamp ?? now,
      lastTimestamp: now,
    } as EventObject);
  }

  return {
    record: async (about, note) => {
      const key = eventKey(about, note);
      const last = written.get(key);
      const isRepetition = last?.message === note.message && clock.now() - last.at < quietMs;
      if (isRepetition) {
        written.set(key, { ...last, unwritten: last.unwritten + 1 });
        return;
      }
      remember(written, key, { message: note.message, at: clock.now(), unwritten: 0 });
      await write(about, note, key, (last?.unwritten ?? 0) + 1).catch(options.onError ?? (() => {}));
    },
  };
}

function remember(written: Map<string, Written>, key: string, entry: Written): void {
  written.delete(key);
  written.set(key, entry);
  const oldest = written.size > maxRemembered ? written.keys().next().value : undefined;
  if (oldest !== undefined) {
    written.delete(oldest);
  }
}

/** Every replica, before and after a restart, finds the event of an object and a reason under the same name. */
function eventKey(about: KubeObject, { type, reason }: EventNote): string {
  return createHash('sha256').update(`${about.metadata.uid}/${type}/${reason}`).digest('hex').slice(0, 16);
}

function referenceTo({ apiVersion, kind, metadata }: KubeObject): object {
  const { name, namespace, uid, resourceVersion } = metadata;
  return { apiVersion, kind, name, namespace, uid, resourceVersion };
}
