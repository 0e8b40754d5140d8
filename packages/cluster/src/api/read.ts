import type { JsonObject } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { groupVersion, type ResourceType } from '../resources/resource-type.ts';
import { badRequest, StatusError } from '../status-error.ts';
import type { Entry } from '../store/history.ts';
import { type ApiContext, type Call, keyOf, type ObjectCall } from './call.ts';
import { listPage } from './list.ts';
import { booleanParameter, integerParameter } from './query.ts';
import { negotiate, type Representation } from './representation.ts';
import { sendJson } from './respond.ts';
import { fieldSelector, labelSelector, type Matcher } from './selector.ts';
import { type IncludeObject, partial, table } from './table.ts';
import { watch } from './watch.ts';

const defaultWatchTimeoutMs = 30 * 60 * 1000;
const bookmarkIntervalMs = 60_000;
const maxLagBytes = 64 * 1024 * 1024;

/** One object, in the representation that the client accepts. */
export function sendObject(context: ApiContext, call: Call, status: number, object: KubeObject): void {
  sendJson(call.response, status, represent(context, call, object));
}

export function getObject(context: ApiContext, call: ObjectCall): void {
  const { namespace, name } = keyOf(call);
  sendObject(context, call, 200, context.objects.get(call.type, namespace, name));
}

function represent(context: ApiContext, call: Call, object: KubeObject): JsonObject {
  const served = asVersion(object, call.type);
  switch (negotiate(call.request.headers.accept)) {
    case 'object':
      return served;
    case 'partial':
      return partial(served);
    case 'table':
      return table([served], tableOptions(context, call), {
        resourceVersion: object.metadata.resourceVersion,
      });
  }
}

/** The same object under the apiVersion that was asked for: all versions of a kind have the same fields. */
function asVersion(object: KubeObject, type: ResourceType): KubeObject {
  const apiVersion = groupVersion(type);
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

export function listOrWatch(context: ApiContext, call: Call): void {
  const { store } = context;
  const matches = matcher(call);
  if (booleanParameter(call.query, 'watch')) {
    startWatch(context, call, matches);
    return;
  }
  assertNotNewer(call, store.revision);
  const page = listPage(store, {
    resource: call.type.storageKey,
    namespace: call.namespace,
    matches,
    limit: integerParameter(call.query, 'limit'),
    continueToken: call.query.get('continue') || undefined,
  });
  const metadata: JsonObject = {
    resourceVersion: String(page.revision),
    ...(page.continueToken !== undefined && { continue: page.continueToken }),
    ...(page.remaining !== undefined && !hasSelector(call) && { remainingItemCount: page.remaining }),
  };
  sendList(context, call, page.entries, metadata);
}

function sendList(context: ApiContext, call: Call, entries: readonly Entry[], metadata: JsonObject): void {
  const representation = negotiate(call.request.headers.accept);
  switch (representation) {
    case 'object': {
      // Joined from the stored texts: a list of ten thousand objects is not serialized again.
      const head = JSON.stringify({
        kind: call.type.listKind,
        apiVersion: groupVersion(call.type),
        metadata,
      });
      const items = entries.map((entry) => writer(context, call, representation)(entry)).join(',');
      sendJson(call.response, 200, `${head.slice(0, -1)},"items":[${items}]}`);
      return;
    }
    case 'partial': {
      const items = entries.map((entry) => partial(entry.object));
      sendJson(call.response, 200, {
        kind: 'PartialObjectMetadataList',
        apiVersion: 'meta.k8s.io/v1',
        metadata,
        items,
      });
      return;
    }
    case 'table': {
      const objects = entries.map((entry) => asVersion(entry.object, call.type));
      sendJson(call.response, 200, table(objects, tableOptions(context, call), metadata));
      return;
    }
  }
}

/** Turns entries into the texts of watch events. Only the first event of a table carries the columns. */
function writer(context: ApiContext, call: Call, representation: Representation): (entry: Entry) => string {
  const apiVersion = groupVersion(call.type);
  let first = true;
  return (entry) => {
    switch (representation) {
      case 'object':
        return entry.object.apiVersion === apiVersion
          ? entry.json
          : JSON.stringify(asVersion(entry.object, call.type));
      case 'partial':
        return JSON.stringify(partial(entry.object));
      case 'table': {
        const metadata = { resourceVersion: entry.object.metadata.resourceVersion };
        const text = JSON.stringify(
          table([asVersion(entry.object, call.type)], tableOptions(context, call), metadata, first),
        );
        first = false;
        return text;
      }
    }
  };
}

function startWatch(context: ApiContext, call: Call, matches: Matcher): void {
  const since = watchedSince(call.query, context.store.revision);
  const timeoutSeconds = integerParameter(call.query, 'timeoutSeconds');
  const representation = negotiate(call.request.headers.accept);
  const sendInitialEvents = booleanParameter(call.query, 'sendInitialEvents');
  watch(
    call.response,
    {
      resource: call.type.storageKey,
      namespace: call.namespace,
      matches,
      since: sendInitialEvents ? undefined : since,
      bookmarks: booleanParameter(call.query, 'allowWatchBookmarks'),
      sendInitialEvents,
      timeoutMs: timeoutSeconds === undefined ? defaultWatchTimeoutMs : timeoutSeconds * 1000,
    },
    {
      store: context.store,
      clock: context.clock,
      write: writer(context, call, representation),
      bookmark: (revision, annotations) =>
        bookmarkObject(context, call, representation, revision, annotations),
      bookmarkIntervalMs,
      maxLagBytes,
    },
  );
}

/** No version and version 0 mean: begin with what is there. */
function watchedSince(query: URLSearchParams, revision: number): number | undefined {
  const text = query.get('resourceVersion') ?? '';
  if (text === '' || text === '0') {
    return undefined;
  }
  const since = parseRevision(text);
  return query.get('resourceVersionMatch') === 'NotOlderThan' && since > revision ? undefined : since;
}

function parseRevision(text: string): number {
  if (!/^\d{1,15}$/.test(text)) {
    throw badRequest(`invalid resource version ${JSON.stringify(text)}: must be a whole number`);
  }
  return Number(text);
}

/** A list must not be older than the version that the client has seen; one from the future is refused. */
function assertNotNewer(call: Call, revision: number): void {
  const wanted = parseRevision(call.query.get('resourceVersion') || '0');
  if (wanted > revision) {
    throw new StatusError('Timeout', `Too large resource version: ${wanted}, current: ${revision}`, {
      retryAfterSeconds: 1,
    });
  }
}

function bookmarkObject(
  context: ApiContext,
  call: Call,
  representation: Representation,
  revision: number,
  annotations: JsonObject,
): JsonObject {
  const metadata = {
    resourceVersion: String(revision),
    creationTimestamp: null,
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
  const object = { kind: call.type.kind, apiVersion: groupVersion(call.type), metadata };
  switch (representation) {
    case 'object':
      return object;
    case 'partial':
      return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
    case 'table':
      return table([], tableOptions(context, call), { resourceVersion: String(revision) }, false);
  }
}

export function matcher(call: Call): Matcher {
  const labels = labelSelector(call.query.get('labelSelector') ?? '');
  const fields = fieldSelector(call.query.get('fieldSelector') ?? '', call.type.selectableFields);
  return (object) =>
    labels(object) && fields(object) && (call.name === undefined || object.metadata.name === call.name);
}

function hasSelector(call: Call): boolean {
  return (call.query.get('labelSelector') ?? '') !== '' || (call.query.get('fieldSelector') ?? '') !== '';
}

function tableOptions(
  context: ApiContext,
  call: Call,
): { type: ResourceType; includeObject: IncludeObject; nowMs: number } {
  const given = call.query.get('includeObject');
  const includeObject = given === 'None' || given === 'Object' ? given : 'Metadata';
  return { type: call.type, includeObject, nowMs: context.clock.now() };
}
