import { badRequest, methodNotAllowed, StatusError } from '../status-error.ts';
import type { ApiContext, Call, ObjectCall } from './call.ts';
import { sendLog } from './log.ts';
import { getObject, listOrWatch } from './read.ts';
import { addWarning } from './respond.ts';
import { createObject, deleteCollection, deleteObject, patchObject, updateObject } from './write.ts';

/** Carries out a request about a resource. */
export async function handleResource(context: ApiContext, call: Call): Promise<void> {
  if (call.type.deprecationWarning !== undefined) {
    addWarning(call.response, call.type.deprecationWarning);
  }
  assertScope(call);
  if (call.name === undefined) {
    await handleCollection(context, call);
  } else {
    await handleObject(context, { ...call, name: call.name });
  }
}

function assertScope(call: Call): void {
  if (!call.type.namespaced && call.namespace !== undefined) {
    throw new StatusError(
      'NotFound',
      `the server could not find the requested resource: ${call.type.plural} belong to no namespace`,
    );
  }
  const needsNamespace = call.type.namespaced && call.namespace === undefined;
  if (needsNamespace && (call.name !== undefined || call.request.method === 'POST')) {
    throw badRequest('an empty namespace may not be set during creation or for one object');
  }
}

async function handleCollection(context: ApiContext, call: Call): Promise<void> {
  switch (call.request.method) {
    case 'GET':
    case 'HEAD':
      listOrWatch(context, call);
      return;
    case 'POST':
      return createObject(context, call);
    case 'DELETE':
      return deleteCollection(context, call);
    default:
      throw notAllowed(call);
  }
}

async function handleObject(context: ApiContext, call: ObjectCall): Promise<void> {
  if (call.subresource !== undefined) {
    return handleSubresource(context, call);
  }
  switch (call.request.method) {
    case 'GET':
    case 'HEAD':
      if (call.query.get('watch') === 'true' || call.query.get('watch') === '1') {
        listOrWatch(context, call);
        return;
      }
      getObject(context, call);
      return;
    case 'PUT':
      return updateObject(context, call);
    case 'PATCH':
      return patchObject(context, call);
    case 'DELETE':
      return deleteObject(context, call);
    default:
      throw notAllowed(call);
  }
}

async function handleSubresource(context: ApiContext, call: ObjectCall): Promise<void> {
  if (call.subresource === 'status' && call.type.hasStatus) {
    switch (call.request.method) {
      case 'GET':
      case 'HEAD':
        getObject(context, call);
        return;
      case 'PUT':
        return updateObject(context, call);
      case 'PATCH':
        return patchObject(context, call);
      default:
        throw notAllowed(call);
    }
  }
  if (call.subresource === 'log' && call.type.hasLog && call.request.method === 'GET') {
    return sendLog(context, call);
  }
  throw new StatusError(
    'NotFound',
    `the server could not find the requested resource: ${call.type.plural}/${String(call.subresource)} is not served by the embedded cluster`,
  );
}

function notAllowed(call: Call): StatusError {
  return methodNotAllowed(
    `the server does not allow this method on the requested resource: ${call.request.method} of ${call.type.plural}`,
  );
}
