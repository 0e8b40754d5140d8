import { backoffMs } from './backoff.ts';
import { type Cache, type CacheChange, createCache } from './cache.ts';
import type { KubeClient } from './client.ts';
import { type Clock, pause, systemClock } from './clock.ts';
import { KubeError } from './error.ts';
import type { Selection } from './list.ts';
import type { KubeObject } from './object.ts';
import type { Resource } from './resource.ts';

export interface InformerOptions<T extends KubeObject> extends Selection {
  readonly client: KubeClient;
  readonly resource: Resource<T>;
  /** Reduces each object before it is kept: what it drops costs no memory. */
  readonly transform?: (object: T) => T;
  /** Everything is listed again this often, jittered, whatever the watch says. */
  readonly relistIntervalMs?: number;
  /** A watch is renewed after this long, jittered. */
  readonly watchTimeoutSeconds?: number;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** Told of every failed list or watch; the informer goes on by itself. */
  readonly onError?: (error: unknown) => void;
}

/** A local copy of the objects of a selection, kept current by list and watch until it is closed. */
export interface Informer<T extends KubeObject> extends AsyncDisposable {
  readonly resource: Resource<T>;
  readonly cache: Cache<T>;
  /** Settles when the first list is in the cache; rejects when closed before. */
  readonly synced: Promise<void>;
  hasSynced(): boolean;
  /** When the API server was last heard of (epoch ms): an event, a bookmark, a list. Undefined before the first. */
  lastHeardAt(): number | undefined;
  /** Be told of every change; a new listener first gets what is in the cache. Returns how to stop. */
  onChange(listener: (change: CacheChange<T>) => void): () => void;
  close(): Promise<void>;
}

const reconnect = { baseMs: 250, maxMs: 30_000 };

/** Start an informer. Nothing is thrown from here later: failures go to `onError` and are retried with backoff. */
export function startInformer<T extends KubeObject>(options: InformerOptions<T>): Informer<T> {
  const { clock = systemClock, random = Math.random } = options;
  const cache = createCache<T>(options.transform);
  const closing = new AbortController();
  const first = Promise.withResolvers<void>();
  first.promise.catch(() => {});
  let synced = false;
  let lastHeardAt: number | undefined;

  function heard(): void {
    lastHeardAt = clock.now();
  }

  async function relist(): Promise<string> {
    const list = await options.client.list(options.resource, { ...options, signal: closing.signal });
    heard();
    cache.replaceAll(list.items);
    synced = true;
    first.resolve();
    return list.resourceVersion;
  }

  async function run(): Promise<void> {
    let failures = 0;
    let relistAt = 0;
    let version: string | undefined;
    while (!closing.signal.aborted) {
      try {
        if (version === undefined || clock.now() >= relistAt) {
          version = await relist();
          relistAt = clock.now() + relistDelayMs(options, random);
        }
        for await (const seen of follow(options, cache, { version, signal: closing.signal, random })) {
          heard();
          version = seen;
          failures = 0;
        }
        // A server that ends every watch at once must not be asked in a tight loop.
        await pause(clock, backoffMs(1, reconnect, random), closing.signal);
      } catch (error) {
        if (closing.signal.aborted) {
          return;
        }
        failures += 1;
        options.onError?.(error);
        // A connection that broke continues where it was; what the server refused can only be listed again.
        version = error instanceof KubeError && error.code === 'network' ? version : undefined;
        await pause(clock, backoffMs(failures, reconnect, random), closing.signal);
      }
    }
  }

  const running = run();
  const close = async () => {
    closing.abort();
    first.reject(new Error(`the informer of ${options.resource.plural} was closed before its first list`));
    await running;
  };
  return {
    resource: options.resource,
    cache,
    synced: first.promise,
    hasSynced: () => synced,
    lastHeardAt: () => lastHeardAt,
    onChange: (listener) => cache.onChange(listener),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface FollowOptions {
  readonly version: string;
  readonly signal: AbortSignal;
  readonly random: () => number;
}

/** One watch, from its begin to its end, into the cache; yields each resourceVersion that was reached. */
async function* follow<T extends KubeObject>(
  options: InformerOptions<T>,
  cache: Cache<T>,
  { version, signal, random }: FollowOptions,
): AsyncGenerator<string> {
  const timeoutSeconds = Math.round((options.watchTimeoutSeconds ?? 300) * (1 + random() / 5));
  const selection = { ...options, resourceVersion: version, timeoutSeconds, signal };
  for await (const event of options.client.watch(options.resource, selection)) {
    switch (event.type) {
      case 'ADDED':
      case 'MODIFIED':
        cache.put(event.object);
        break;
      case 'DELETED':
        cache.remove(event.object);
        break;
      case 'BOOKMARK':
        break;
      default:
        event satisfies never;
    }
    yield (event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.resourceVersion) ||
      version;
  }
}

function relistDelayMs(
  { relistIntervalMs = 30 * 60_000 }: { relistIntervalMs?: number },
  random: () => number,
): number {
  return relistIntervalMs * (1 - random() / 5);
}
