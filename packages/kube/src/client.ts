import { errorOf, parseJson, readText } from './answer.ts';
import { isNotFound, KubeError } from './error.ts';
import { type ListOptions, listAll } from './list.ts';
import type { KubeList, KubeObject, ObjectName } from './object.ts';
import { apiVersionOf, collectionPath, objectPath, type Resource, type Subresource } from './resource.ts';
import type { Transport, TransportRequest } from './transport.ts';
import { openWatch, type WatchEvent, type WatchOptions } from './watch.ts';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface WriteOptions extends CallOptions {
  readonly subresource?: Subresource;
  /** The server checks and answers, and stores nothing. */
  readonly dryRun?: boolean;
}

export interface DeleteOptions extends CallOptions {
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
  /** Delete only the object that has this uid, not a newer one of the same name. */
  readonly uid?: string | undefined;
}

export type Patch =
  | { readonly type: 'merge'; readonly body: object }
  | { readonly type: 'json'; readonly body: readonly object[] };

/**
 * Typed access to the objects of an API server. Every method fails with a KubeError; see `isNotFound`,
 * `isConflict` and their like. Nothing is retried here: who calls knows whether that is safe.
 */
export interface KubeClient {
  get<T extends KubeObject>(resource: Resource<T>, name: ObjectName, options?: CallOptions): Promise<T>;
  /** As `get`, with undefined for an object that does not exist. */
  find<T extends KubeObject>(
    resource: Resource<T>,
    name: ObjectName,
    options?: CallOptions,
  ): Promise<T | undefined>;
  /** All objects, read page by page. */
  list<T extends KubeObject>(resource: Resource<T>, options?: ListOptions): Promise<KubeList<T>>;
  watch<T extends KubeObject>(resource: Resource<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
  create<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>;
  /** Write the whole object; a conflict when `metadata.resourceVersion` is stale. */
  replace<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>;
  /** Server-side apply as this client's field manager, taking over fields that others own. */
  apply<T extends KubeObject>(resource: Resource<T>, object: KubeObject, options?: WriteOptions): Promise<T>;
  patch<T extends KubeObject>(
    resource: Resource<T>,
    name: ObjectName,
    patch: Patch,
    options?: WriteOptions,
  ): Promise<T>;
  /** True when it was there. It may live on until its finalizers are done. */
  delete(resource: Resource, name: ObjectName, options?: DeleteOptions): Promise<boolean>;
  /** GET any path that answers JSON, such as `/version` and discovery. */
  read<T>(path: string, options?: CallOptions): Promise<T>;
}

export interface ClientOptions {
  readonly transport: Transport;
  /** Who we are in `managedFields`. */
  readonly fieldManager: string;
  readonly userAgent?: string;
  /** How long a request may take until its answer begins. */
  readonly timeoutMs?: number;
}

const maxAnswerBytes = 256 * 1024 * 1024;

export function createClient(options: ClientOptions): KubeClient {
  const { transport, fieldManager, timeoutMs = 30_000 } = options;
  const userAgent = options.userAgent ?? fieldManager;

  async function call<T>(
    request: Omit<TransportRequest, 'timeoutMs' | 'headers'>,
    type?: string,
  ): Promise<T> {
    const headers = {
      'user-agent': userAgent,
      accept: 'application/json',
      ...(type && { 'content-type': type }),
    };
    const complete = { ...request, headers, timeoutMs };
    const response = await transport(complete);
    if (response.status < 200 || response.status > 299) {
      throw await errorOf(response, complete);
    }
    return parseJson<T>(await readText(response, maxAnswerBytes), `${request.method} ${request.path}`);
  }

  function write<T extends KubeObject>(
    method: 'POST' | 'PUT' | 'PATCH',
    path: string,
    body: object,
    { signal, dryRun }: WriteOptions = {},
    type = 'application/json',
    query: Record<string, string> = {},
  ): Promise<T> {
    const parameters = new URLSearchParams({ fieldManager, ...query, ...(dryRun && { dryRun: 'All' }) });
    return call<T>({ method, path: `${path}?${parameters}`, body: JSON.stringify(body), signal }, type);
  }

  const client: KubeClient = {
    get: async (resource, name, { signal } = {}) =>
      call({ method: 'GET', path: objectPath(resource, name), signal }),
    find: (resource, name, callOptions) =>
      client.get(resource, name, callOptions).catch((error: unknown) => {
        if (isNotFound(error)) {
          return undefined;
        }
        throw error;
      }),
    list: (resource, listOptions = {}) =>
      listAll({ transport, userAgent, timeoutMs, maxAnswerBytes }, resource, listOptions),
    watch: (resource, watchOptions) => openWatch({ transport, userAgent, timeoutMs }, resource, watchOptions),
    create: async (resource, object, writeOptions) =>
      write('POST', collectionPath(resource, object.metadata.namespace), object, writeOptions),
    replace: async (resource, object, writeOptions) =>
      write('PUT', objectPath(resource, namedOf(object), writeOptions?.subresource), object, writeOptions),
    apply: async (resource, object, writeOptions) => {
      const path = objectPath(resource, namedOf(object), writeOptions?.subresource);
      const body = { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind };
      return write('PATCH', path, body, writeOptions, 'application/apply-patch+yaml', { force: 'true' });
    },
    patch: async (resource, name, { type, body }, writeOptions) =>
      write(
        'PATCH',
        objectPath(resource, name, writeOptions?.subresource),
        body,
        writeOptions,
        patchTypes[type],
      ),
    delete: (resource, name, deleteOptions = {}) => remove(call, resource, name, deleteOptions),
    read: async (path, { signal } = {}) => call({ method: 'GET', path, signal }),
  };
  return client;
}

const patchTypes: Readonly<Record<Patch['type'], string>> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
};

async function remove(
  call: (request: Omit<TransportRequest, 'timeoutMs' | 'headers'>, type?: string) => Promise<unknown>,
  resource: Resource,
  name: ObjectName,
  { propagation = 'Background', uid, signal }: DeleteOptions,
): Promise<boolean> {
  const body = JSON.stringify({
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: propagation,
    ...(uid !== undefined && { preconditions: { uid } }),
  });
  try {
    await call({ method: 'DELETE', path: objectPath(resource, name), body, signal }, 'application/json');
    return true;
  } catch (error) {
    if (isNotFound(error)) {
      return false;
    }
    throw error;
  }
}

function namedOf(object: KubeObject): ObjectName {
  const { name, namespace } = object.metadata;
  if (name === undefined) {
    throw new KubeError('configuration', `${object.kind} without a name can only be created`);
  }
  return { name, namespace };
}
