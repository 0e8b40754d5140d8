import { errorOf, errorOfStatus, parseJson } from './answer.ts';
import { KubeError } from './error.ts';
import { lines } from './lines.ts';
import { acceptOf, type Selection, selectionQuery } from './list.ts';
import type { KubeObject } from './object.ts';
import { apiVersionOf, collectionPath, type Resource } from './resource.ts';
import type { Transport } from './transport.ts';

/** A bookmark carries only a resourceVersion: everything before it has been seen. */
export type WatchEvent<T extends KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

export interface WatchOptions extends Selection {
  readonly resourceVersion: string;
  /** The server ends the watch after this long. It is ended here a little later, should the server have gone silent. */
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal | undefined;
}

export interface WatchContext {
  readonly transport: Transport;
  readonly userAgent: string;
  readonly timeoutMs: number;
}

const maxEventBytes = 16 * 1024 * 1024;
/** How much longer than asked for a watch may last: for a slow answer and a slow network. */
const graceMs = 30_000;

/**
 * The changes after a resourceVersion, until the server ends the watch (then the iteration ends), or a
 * KubeError: `isGone` when the version is too old, `timeout` when the server overran its own limit.
 */
export async function* openWatch<T extends KubeObject>(
  context: WatchContext,
  resource: Resource<T>,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<T>> {
  const limitMs = options.timeoutSeconds * 1000 + graceMs;
  const deadline = AbortSignal.timeout(limitMs);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  try {
    yield* events(context, resource, options, signal);
  } catch (error) {
    if (deadline.aborted && !options.signal?.aborted) {
      throw new KubeError('timeout', `the watch on ${resource.plural} did not end after ${limitMs} ms`);
    }
    throw error;
  }
}

async function* events<T extends KubeObject>(
  context: WatchContext,
  resource: Resource<T>,
  options: WatchOptions,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<T>> {
  const query = selectionQuery(options);
  query.set('watch', 'true');
  query.set('allowWatchBookmarks', 'true');
  query.set('resourceVersion', options.resourceVersion);
  query.set('timeoutSeconds', String(options.timeoutSeconds));
  const request = {
    method: 'GET' as const,
    path: `${collectionPath(resource, options.namespace)}?${query}`,
    headers: { 'user-agent': context.userAgent, accept: acceptOf(options, 'PartialObjectMetadata') },
    signal,
    timeoutMs: context.timeoutMs,
    stream: true,
  };
  const response = await context.transport(request);
  if (response.status !== 200) {
    throw await errorOf(response, request);
  }
  for await (const line of lines(response.body, maxEventBytes)) {
    yield parseEvent(line, resource);
  }
}

function parseEvent<T extends KubeObject>(line: string, resource: Resource<T>): WatchEvent<T> {
  const what = `watch on ${resource.plural}`;
  const { type, object } = parseJson<{ type?: string; object?: T }>(line, what);
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      if (!object?.metadata?.name) {
        throw new KubeError('protocol', `${what}: an event without an object`);
      }
      return { type, object: { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind } };
    case 'BOOKMARK':
      return { type, resourceVersion: object?.metadata?.resourceVersion ?? '' };
    case 'ERROR':
      throw errorOfStatus(object, what);
    default:
      throw new KubeError('protocol', `${what}: unknown event ${JSON.stringify(type)}`);
  }
}
