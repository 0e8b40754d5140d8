import { isArray, isObject, type Json, type JsonObject } from '../json.ts';
import { allowsUnknown, memberSchema, type Schema } from './schema.ts';

export interface Pruned<T> {
  readonly value: T;
  /** Paths of the members that the schema doesn't know, as `spec.foo`. */
  readonly unknown: readonly string[];
}

const embeddedMembers = new Set(['apiVersion', 'kind', 'metadata']);

/** Drops the members that a structural schema doesn't know, and names them. */
export function prune(object: JsonObject, schema: Schema): Pruned<JsonObject> {
  const unknown: string[] = [];
  const value = pruneValue(object, { 'x-kubernetes-embedded-resource': true, ...schema }, '', unknown);
  return { value: value as JsonObject, unknown };
}

function pruneValue(value: Json, schema: Schema, path: string, unknown: string[]): Json {
  if (isArray(value)) {
    const items = schema.items;
    if (items === undefined) {
      return value;
    }
    return value.map((item, index) => pruneValue(item, items, `${path}[${index}]`, unknown));
  }
  if (!isObject(value) || isOpaque(schema)) {
    return value;
  }
  const kept: Record<string, Json> = {};
  for (const [key, member] of Object.entries(value)) {
    const inner = memberSchema(schema, key);
    const here = path === '' ? key : `${path}.${key}`;
    if (member === undefined) {
      continue;
    }
    if (inner !== undefined) {
      kept[key] = pruneValue(member, inner, here, unknown);
    } else if (
      allowsUnknown(schema) ||
      (schema['x-kubernetes-embedded-resource'] && embeddedMembers.has(key))
    ) {
      kept[key] = member;
    } else {
      unknown.push(here);
    }
  }
  return kept;
}

/** An object about whose members the schema says nothing at all keeps what it has only if the schema says so. */
function isOpaque(schema: Schema): boolean {
  return allowsUnknown(schema) && schema.properties === undefined;
}
