import { isObject, type Json, type JsonObject, objectAt, textAt } from '../json.ts';
import { type KubeObject, kubeTime, withMetadata } from '../object.ts';
import type { DeleteOptions, PropagationPolicy } from '../objects/deletion.ts';
import type { WriteOptions } from '../objects/objects.ts';
import { serverSideApply } from '../patch/apply.ts';
import { jsonPatch } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { strategicMergePatch } from '../patch/strategic-merge-patch.ts';
import { groupVersion } from '../resources/resource-type.ts';
import { badRequest, invalid, notFound, StatusError } from '../status-error.ts';
import { type Body, parseBody, parseObject, readBody } from './body.ts';
import { type ApiContext, type Call, keyOf, type ObjectCall } from './call.ts';
import {
  booleanParameter,
  dryRunParameter,
  fieldManagerParameter,
  fieldValidationParameter,
  integerParameter,
} from './query.ts';
import { matcher, sendObject } from './read.ts';
import { addWarning, sendJson } from './respond.ts';

export async function createObject(context: ApiContext, call: Call): Promise<void> {
  const input = inNamespace(call, parseObject(await readBody(call.request)));
  sendObject(context, call, 201, context.objects.create(call.type, input, writeOptions(call)));
}

export async function updateObject(context: ApiContext, call: ObjectCall): Promise<void> {
  const input = inNamespace(call, parseObject(await readBody(call.request)));
  sendObject(
    context,
    call,
    200,
    context.objects.update(call.type, keyOf(call), () => input, writeOptions(call)),
  );
}

export async function patchObject(context: ApiContext, call: ObjectCall): Promise<void> {
  const body = await readBody(call.request);
  if (
    body.mediaType === 'application/apply-patch+yaml' ||
    body.mediaType === 'application/apply-patch+json'
  ) {
    applyObject(context, call, body);
    return;
  }
  const change = patchOf(call, body);
  sendObject(context, call, 200, context.objects.update(call.type, keyOf(call), change, writeOptions(call)));
}

function patchOf(call: ObjectCall, body: Body): (old: KubeObject) => JsonObject {
  const patch = parseBody(body);
  const patched = (old: KubeObject): Json => {
    switch (body.mediaType) {
      case 'application/json-patch+json':
        return jsonPatch(old, patch);
      case 'application/merge-patch+json':
        return mergePatch(old, patch);
      case 'application/strategic-merge-patch+json':
        if (!call.type.builtIn) {
          throw unsupportedPatch(
            body.mediaType,
            'application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
          );
        }
        return strategicMergePatch(old, patch, call.type.schema);
      default:
        throw unsupportedPatch(
          body.mediaType,
          'application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml',
        );
    }
  };
  return (old) => {
    // Stored under one version, patched under the one that was asked for.
    const result = patched({ ...old, apiVersion: groupVersion(call.type) });
    if (!isObject(result)) {
      throw badRequest('the patch makes something that is no object');
    }
    return result;
  };
}

function unsupportedPatch(given: string, accepted: string): StatusError {
  return new StatusError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format (${given}) - accepted media types include: ${accepted}`,
  );
}

function applyObject(context: ApiContext, call: ObjectCall, body: Body): void {
  const manager = call.query.get('fieldManager') ?? '';
  if (manager === '') {
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [
      {
        field: 'fieldManager',
        reason: 'FieldValueRequired',
        message: 'Required value: is required for apply patch',
      },
    ]);
  }
  const applied = inNamespace(call, parseObject({ ...body, mediaType: 'application/yaml' }));
  if (objectAt(applied, 'metadata').managedFields !== undefined) {
    throw badRequest('metadata.managedFields must be nil');
  }
  assertTyped(call, applied);
  const options = { ...writeOptions(call), fieldManager: manager, managersAreSet: true };
  const { namespace, name } = keyOf(call);
  const result = (live: JsonObject): JsonObject =>
    serverSideApply(live, withMetadata(applied, { resourceVersion: undefined, uid: undefined }), {
      schema: call.type.schema,
      apiVersion: groupVersion(call.type),
      manager,
      subresource: options.subresource,
      force: booleanParameter(call.query, 'force'),
      time: kubeTime(context.clock.now()),
    });
  if (context.objects.find(call.type, namespace, name) === undefined) {
    if (options.subresource !== undefined) {
      throw notFound(call.type, name);
    }
    const bare = { apiVersion: groupVersion(call.type), kind: call.type.kind, metadata: { name } };
    sendObject(context, call, 201, context.objects.create(call.type, result(bare), options));
    return;
  }
  const updated = context.objects.update(
    call.type,
    { namespace, name },
    (old) => result({ ...old, apiVersion: groupVersion(call.type) }),
    options,
  );
  sendObject(context, call, 200, updated);
}

function assertTyped(call: ObjectCall, applied: JsonObject): void {
  if (applied.apiVersion !== groupVersion(call.type) || applied.kind !== call.type.kind) {
    throw badRequest(
      `the object provided is ${String(applied.apiVersion)} ${String(applied.kind)}, but this address takes ${groupVersion(call.type)} ${call.type.kind}`,
    );
  }
  const name = textAt(applied, 'metadata', 'name');
  if (name !== undefined && name !== call.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${call.name})`);
  }
}

export async function deleteObject(context: ApiContext, call: ObjectCall): Promise<void> {
  const options = deleteOptions(call, await readBody(call.request));
  const { gone, object } = context.objects.delete(call.type, keyOf(call), options);
  if (!gone || call.type.plural === 'pods') {
    sendObject(context, call, 200, object);
    return;
  }
  const details = {
    name: call.name,
    ...(call.type.group !== '' && { group: call.type.group }),
    kind: call.type.plural,
    uid: object.metadata.uid,
  };
  sendJson(call.response, 200, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details,
  });
}

export async function deleteCollection(context: ApiContext, call: Call): Promise<void> {
  const options = deleteOptions(call, await readBody(call.request));
  const matches = matcher(call);
  const items = context.objects.list(call.type, call.namespace).filter(matches);
  const deleted = items.map((object) => {
    const key = { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
    return context.objects.delete(call.type, key, options).object;
  });
  const metadata = { resourceVersion: String(context.store.revision) };
  sendJson(call.response, 200, {
    kind: call.type.listKind,
    apiVersion: groupVersion(call.type),
    metadata,
    items: deleted,
  });
}

function writeOptions(call: Call): WriteOptions {
  return {
    dryRun: dryRunParameter(call.query),
    fieldManager: fieldManagerParameter(call.query, call.request.headers['user-agent']),
    fieldValidation: fieldValidationParameter(call.query),
    subresource: call.subresource === 'status' ? 'status' : undefined,
    warn: (message) => addWarning(call.response, message),
  };
}

/** Options come in the body, in the query, or both; the body wins. */
function deleteOptions(call: Call, body: Body): DeleteOptions {
  const given = body.bytes.length === 0 ? {} : parseObject(body);
  const preconditions = objectAt(given, 'preconditions');
  const grace = given.gracePeriodSeconds ?? integerParameter(call.query, 'gracePeriodSeconds');
  const orphan = given.orphanDependents ?? undefined;
  const legacy = orphan === undefined ? undefined : orphan === true ? 'Orphan' : 'Background';
  return {
    dryRun: dryRunParameter(call.query) || (Array.isArray(given.dryRun) && given.dryRun.includes('All')),
    gracePeriodSeconds: typeof grace === 'number' ? grace : undefined,
    propagationPolicy: policy(given.propagationPolicy ?? call.query.get('propagationPolicy') ?? legacy),
    preconditions: {
      uid: textAt(preconditions, 'uid'),
      resourceVersion: textAt(preconditions, 'resourceVersion'),
    },
  };
}

function policy(value: Json | undefined): PropagationPolicy | undefined {
  switch (value) {
    case undefined:
    case '':
      return undefined;
    case 'Background':
    case 'Foreground':
    case 'Orphan':
      return value;
    default:
      throw badRequest(
        `invalid propagationPolicy ${JSON.stringify(value)}: supported values: "Background", "Foreground", "Orphan"`,
      );
  }
}

/** The namespace of the address is that of the object; another one in the body is a mistake. */
function inNamespace(call: Call, input: JsonObject): JsonObject {
  const given = objectAt(input, 'metadata').namespace;
  if (!call.type.namespaced) {
    return withMetadata(input, { namespace: undefined });
  }
  if (given !== undefined && given !== '' && given !== call.namespace) {
    throw badRequest(
      `the namespace of the provided object does not match the namespace sent on the request (${String(given)} and ${call.namespace})`,
    );
  }
  return withMetadata(input, { namespace: call.namespace });
}
