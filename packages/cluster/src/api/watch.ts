import type { ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { JsonObject } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { StatusError } from '../status-error.ts';
import type { Entry, EventType, StoreEvent } from '../store/history.ts';
import type { Store } from '../store/store.ts';
import type { Matcher } from './selector.ts';
import { WatchStream } from './watch-stream.ts';

export interface WatchQuery {
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly matches: Matcher;
  /** Changes after this revision; undefined starts with the objects that are there. */
  readonly since: number | undefined;
  readonly bookmarks: boolean;
  /** Ends the initial objects with a bookmark that says so (streaming lists). */
  readonly sendInitialEvents: boolean;
  readonly timeoutMs: number;
}

export interface WatchPorts {
  readonly store: Store;
  readonly clock: Clock;
  /** The text of one object, in the representation that the client asked for. */
  readonly write: (entry: Entry) => string;
  readonly bookmark: (revision: number, annotations: JsonObject) => JsonObject;
  readonly bookmarkIntervalMs: number;
  /** A client that is further behind is cut off, rather than that its events fill the memory. */
  readonly maxLagBytes: number;
}

/**
 * Sends changes as they happen, one JSON document a line, until the client goes, the timeout passes or the client falls
 * too far behind. Throws 410 before the first byte where the history doesn't reach back.
 */
export function watch(response: ServerResponse, query: WatchQuery, ports: WatchPorts): void {
  const { store, clock } = ports;
  const stream = new WatchStream({ response, maxLagBytes: ports.maxLagBytes });
  const send = (type: EventType | 'BOOKMARK', bytes: number, text: () => string): void => {
    stream.push(() => `{"type":"${type}","object":${text()}}\n`, bytes);
  };
  let sent = store.revision;
  const onEvent = (event: StoreEvent): void => {
    sent = event.revision;
    const change = relevant(event, query);
    if (change !== undefined) {
      send(change.type, change.entry.json.length, () => ports.write(change.entry));
    }
  };
  const backlog = query.since === undefined ? undefined : missed(store, query.since);
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  const unsubscribe = store.subscribe(onEvent);
  if (backlog === undefined) {
    for (const entry of store
      .list(query.resource, query.namespace)
      .filter(({ object }) => query.matches(object))) {
      send('ADDED', 0, () => ports.write(entry));
    }
  } else {
    backlog.forEach(onEvent);
  }
  const bookmark = (annotations: JsonObject): void => {
    const text = JSON.stringify(ports.bookmark(sent, annotations));
    send('BOOKMARK', text.length, () => text);
  };
  if (query.sendInitialEvents) {
    bookmark({ 'k8s.io/initial-events-end': 'true' });
  }
  const stopBookmarks = query.bookmarks
    ? repeat(clock, ports.bookmarkIntervalMs, () => bookmark({}))
    : () => {};
  const stopTimeout = clock.after(query.timeoutMs, () => {
    unsubscribe();
    stream.end();
  });
  response.once('close', () => {
    unsubscribe();
    stopBookmarks();
    stopTimeout();
  });
}

function missed(store: Store, since: number): readonly StoreEvent[] {
  if (since > store.revision) {
    throw new StatusError('Timeout', `Too large resource version: ${since}, current: ${store.revision}`, {
      retryAfterSeconds: 1,
    });
  }
  const events = store.history.after(since);
  if (events === undefined) {
    throw new StatusError('Expired', `too old resource version: ${since} (${store.history.completeSince})`);
  }
  return events;
}

/** What an event is to this watch: an object that comes to match is ADDED, one that ceases to match is DELETED. */
function relevant(event: StoreEvent, query: WatchQuery): { type: EventType; entry: Entry } | undefined {
  const { entry, previous } = event;
  if (event.resource !== query.resource || !isInside(entry.object, query.namespace)) {
    return undefined;
  }
  const did = previous !== undefined && query.matches(previous.object);
  const does = event.type !== 'DELETED' && query.matches(entry.object);
  if (does) {
    return { type: did ? 'MODIFIED' : 'ADDED', entry };
  }
  return did ? { type: 'DELETED', entry } : undefined;
}

function isInside(object: KubeObject, namespace: string | undefined): boolean {
  return namespace === undefined || object.metadata.namespace === namespace;
}

function repeat(clock: Clock, intervalMs: number, action: () => void): () => void {
  let cancel = clock.after(intervalMs, tick);
  function tick(): void {
    action();
    cancel = clock.after(intervalMs, tick);
  }
  return () => cancel();
}
