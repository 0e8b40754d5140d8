import type { IncomingMessage } from 'node:http';
import { parse as parseYaml } from 'yaml';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { decodeObject } from '../protobuf/decode.ts';
import { badRequest, StatusError } from '../status-error.ts';

/** The limit of the API server of Kubernetes. */
const maxBodyBytes = 3 * 1024 * 1024;
/** What is larger still is not even read to its end. */
const maxDrainedBytes = 16 * maxBodyBytes;
const maxDepth = 200;

export interface Body {
  /** Without parameters, in lower case; empty where the client sent none. */
  readonly mediaType: string;
  readonly bytes: Buffer;
}

export async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxDrainedBytes) {
      request.destroy();
    } else if (size <= maxBodyBytes) {
      chunks.push(chunk);
    }
  }
  // Said when all is read: a connection that is cut in the middle tells the client nothing.
  if (size > maxBodyBytes) {
    throw new StatusError('RequestEntityTooLarge', `Request entity too large: limit is ${maxBodyBytes}`);
  }
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return { mediaType, bytes: Buffer.concat(chunks) };
}

/** A body of JSON, YAML or protobuf, bounded in depth so that nothing that walks it can run out of stack. */
export function parseBody(body: Body): Json {
  const value = decoded(body);
  assertHarmless(value);
  return value;
}

function decoded({ mediaType, bytes }: Body): Json {
  if (mediaType === 'application/vnd.kubernetes.protobuf') {
    return decodeObject(bytes);
  }
  const text = bytes.toString('utf8');
  return mediaType.endsWith('yaml') ? fromYaml(text) : fromJson(text);
}

export function parseObject(body: Body): JsonObject {
  const value = parseBody(body);
  if (!isObject(value)) {
    throw badRequest('the body of the request is no object');
  }
  return value;
}

function fromJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw badRequest(
      `the body of the request is no JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function fromYaml(text: string): Json {
  try {
    // Aliases are bounded: a few of them can stand for a document that fills the memory.
    return parseYaml(text, { maxAliasCount: 100, merge: false }) as Json;
  } catch (error) {
    throw badRequest(
      `the body of the request is no YAML: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function assertHarmless(root: Json): void {
  let level: Json[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) {
      throw badRequest(`the body of the request is nested more than ${maxDepth} levels deep`);
    }
    const objects = level.filter((value) => typeof value === 'object' && value !== null);
    // A member of this name would become the prototype of whatever it is copied to.
    if (objects.some((value) => Object.hasOwn(value as object, '__proto__'))) {
      throw badRequest('the body of the request has a member named __proto__');
    }
    level = objects.flatMap((value) => Object.values(value as object) as Json[]);
  }
}
