import type { Json } from '../json.ts';
import type { Schema } from './schema.ts';

/** Words to write schemas of built-in kinds with: short enough that a kind's fields fit a screen. */
export const text: Schema = { type: 'string' };
export const int32: Schema = { type: 'integer', format: 'int32' };
export const int64: Schema = { type: 'integer', format: 'int64' };
export const flag: Schema = { type: 'boolean' };
export const time: Schema = { type: 'string', format: 'date-time', nullable: true };
export const bytes: Schema = { type: 'string', format: 'byte' };
export const intOrString: Schema = { 'x-kubernetes-int-or-string': true };
export const quantity: Schema = { 'x-kubernetes-int-or-string': true };
/** A field that is kept as it came: this cluster takes no part in what it means. */
export const anything: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

export function object(properties: Readonly<Record<string, Schema>>, required?: readonly string[]): Schema {
  return { type: 'object', properties, ...(required && { required }) };
}

/** An object that is replaced as one piece by an apply. */
export function atomic(schema: Schema): Schema {
  return { ...schema, 'x-kubernetes-map-type': 'atomic' };
}

export function mapOf(values: Schema): Schema {
  return { type: 'object', additionalProperties: values };
}

export function listOf(items: Schema): Schema {
  return { type: 'array', items, 'x-kubernetes-list-type': 'atomic' };
}

export function setOf(items: Schema): Schema {
  return { type: 'array', items, 'x-kubernetes-list-type': 'set', 'x-kubernetes-patch-strategy': 'merge' };
}

/** A list whose items are found by keys; the first key is also the merge key of a strategic merge patch. */
export function listByKey(items: Schema, ...keys: readonly [string, ...string[]]): Schema {
  return {
    type: 'array',
    items: { ...items, required: [...new Set([...(items.required ?? []), ...requiredKeys(items, keys)])] },
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': keys,
    'x-kubernetes-patch-strategy': 'merge',
    'x-kubernetes-patch-merge-key': keys[0],
  };
}

export function withDefault(schema: Schema, value: Json): Schema {
  return { ...schema, default: value };
}

export function oneOf(...values: readonly string[]): Schema {
  return { type: 'string', enum: values };
}

export function atLeast(minimum: number, schema: Schema): Schema {
  return { ...schema, minimum };
}

/** A key with a default may be left out. */
function requiredKeys(items: Schema, keys: readonly string[]): readonly string[] {
  return keys.filter((key) => items.properties?.[key]?.default === undefined);
}
