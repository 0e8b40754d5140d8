import {
  KubeError,
  type KubeObject,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from '../src/index.ts';

interface HistoryEntry {
  readonly version: number;
  readonly path: string;
  readonly event: { readonly type: string; readonly object: KubeObject };
}

/** An API server in memory, as far as a client can tell, with faults on demand. */
export interface MemoryApi {
  readonly transport: Transport;
  /** `METHOD path` of every request, without the query. */
  readonly requests: readonly string[];
  /** Queries of the same requests. */
  readonly queries: readonly URLSearchParams[];
  /** Write as somebody else. */
  put(path: string, object: object): KubeObject;
  remove(path: string): void;
  read(path: string): KubeObject | undefined;
  /** Break every open watch, as a lost connection does. */
  cutWatches(): void;
  /** End every open watch cleanly, as the server does at its time limit. */
  endWatches(): void;
  /** Forget the history: watches that begin before now get 410. */
  forgetHistory(): void;
  /** Answer the next requests whose `METHOD path` contains the text with this status. */
  failNext(text: string, status: number, times?: number): void;
  openWatches(): number;
}

interface Watcher {
  readonly path: string;
  send(line: string): void;
  end(error?: Error): void;
}

export function createMemoryApi(): MemoryApi {
  const objects = new Map<string, KubeObject>();
  const history: HistoryEntry[] = [];
  const watchers = new Set<Watcher>();
  const requests: string[] = [];
  const queries: URLSearchParams[] = [];
  const failures: { text: string; status: number; times: number }[] = [];
  let version = 100;
  let oldest = 0;

  function publish(path: string, type: string, object: KubeObject): void {
    const entry = { version, path, event: { type, object } };
    history.push(entry);
    for (const watcher of watchers) {
      path.startsWith(watcher.path) && watcher.send(JSON.stringify(entry.event));
    }
  }

  function store(path: string, incoming: object): KubeObject {
    version += 1;
    const { metadata = {}, ...rest } = incoming as KubeObject;
    const previous = objects.get(path);
    const uid = previous?.metadata.uid ?? `uid-${version}`;
    const name = path.slice(path.lastIndexOf('/') + 1);
    const object = {
      ...rest,
      metadata: { name, ...metadata, uid, resourceVersion: String(version) },
    } as KubeObject;
    objects.set(path, object);
    publish(path, previous ? 'MODIFIED' : 'ADDED', object);
    return object;
  }

  function erase(path: string): void {
    const object = objects.get(path);
    objects.delete(path);
    version += 1;
    object &&
      publish(path, 'DELETED', {
        ...object,
        metadata: { ...object.metadata, resourceVersion: String(version) },
      });
  }

  function watch(path: string, since: number, signal: AbortSignal | undefined): TransportResponse {
    const lines: string[] = [];
    let wake = Promise.withResolvers<void>();
    let ended: { error?: Error } | undefined;
    const notify = () => {
      wake.resolve();
      wake = Promise.withResolvers();
    };
    const watcher: Watcher = {
      path,
      send: (line) => {
        lines.push(line);
        notify();
      },
      end: (error) => {
        ended = error ? { error } : {};
        watchers.delete(watcher);
        notify();
      },
    };
    for (const entry of history) {
      entry.version > since && entry.path.startsWith(path) && lines.push(JSON.stringify(entry.event));
    }
    watchers.add(watcher);
    signal?.addEventListener('abort', () => watcher.end(new KubeError('cancelled', 'aborted')));
    async function* body() {
      try {
        for (;;) {
          const line = lines.shift();
          if (line !== undefined) {
            yield Buffer.from(`${line}\n`);
          } else if (ended) {
            if (ended.error) {
              throw ended.error;
            }
            return;
          } else {
            await wake.promise;
          }
        }
      } finally {
        watchers.delete(watcher);
      }
    }
    return { status: 200, retryAfter: undefined, body: body() };
  }

  function handle(request: TransportRequest, path: string, query: URLSearchParams): TransportResponse {
    const body = request.body === undefined ? undefined : (JSON.parse(request.body) as KubeObject);
    const existing = objects.get(path);
    switch (request.method) {
      case 'GET':
        if (existing) {
          return answer(200, existing);
        }
        if (/s$/.test(path)) {
          return collection(path, query, request.signal);
        }
        return status(404, 'NotFound');
      case 'POST': {
        const target = `${path}/${body?.metadata.name}`;
        return objects.has(target) ? status(409, 'AlreadyExists') : answer(201, store(target, body ?? {}));
      }
      case 'PUT':
        if (existing && existing.metadata.resourceVersion !== body?.metadata.resourceVersion) {
          return status(409, 'Conflict');
        }
        return existing ? answer(200, store(path, body ?? {})) : status(404, 'NotFound');
      case 'PATCH':
        return answer(
          200,
          store(path, { ...existing, ...body, metadata: { ...existing?.metadata, ...body?.metadata } }),
        );
      case 'DELETE':
        if (!existing) {
          return status(404, 'NotFound');
        }
        erase(path);
        return answer(200, { kind: 'Status', status: 'Success' });
      default:
        return request.method satisfies never;
    }
  }

  function collection(
    path: string,
    query: URLSearchParams,
    signal: AbortSignal | undefined,
  ): TransportResponse {
    if (query.has('watch')) {
      const since = Number(query.get('resourceVersion'));
      return since < oldest ? status(410, 'Expired') : watch(`${path}/`, since, signal);
    }
    const all = [...objects].filter(([key]) => key.startsWith(`${path}/`)).map(([, object]) => object);
    const start = Number(query.get('continue') ?? 0);
    const end = start + Number(query.get('limit') ?? 500);
    const next = end < all.length ? { continue: String(end) } : {};
    return answer(200, {
      metadata: { resourceVersion: String(version), ...next },
      items: all.slice(start, end),
    });
  }

  return {
    requests,
    queries,
    transport: async (request) => {
      if (request.signal?.aborted) {
        throw new KubeError('cancelled', 'aborted');
      }
      const [path = '', search] = request.path.split('?');
      requests.push(`${request.method} ${path}`);
      queries.push(new URLSearchParams(search));
      const failure = failures.find(
        ({ text, times }) => times > 0 && `${request.method} ${path}`.includes(text),
      );
      if (failure) {
        failure.times -= 1;
        return status(failure.status, 'Fault');
      }
      return handle(request, path.replace(/\/status$/, ''), new URLSearchParams(search));
    },
    put: store,
    remove: erase,
    read: (path) => objects.get(path),
    cutWatches: () => {
      for (const watcher of watchers) {
        watcher.end(new KubeError('network', 'socket hang up'));
      }
    },
    endWatches: () => {
      for (const watcher of watchers) {
        watcher.end();
      }
    },
    forgetHistory: () => {
      oldest = version + 1;
      history.length = 0;
      version += 1;
    },
    failNext: (text, code, times = 1) => {
      failures.push({ text, status: code, times });
    },
    openWatches: () => watchers.size,
  };
}

function answer(code: number, body: object): TransportResponse {
  async function* chunks() {
    yield Buffer.from(JSON.stringify(body));
  }
  return { status: code, retryAfter: undefined, body: chunks() };
}

function status(code: number, reason: string): TransportResponse {
  return answer(code, { kind: 'Status', status: 'Failure', code, reason, message: `${reason} on purpose` });
}
