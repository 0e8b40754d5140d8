import { isArray, isObject, type Json, type JsonObject } from '../json.ts';
import type { KubeObject } from '../object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { withDefaults } from '../schema/default.ts';
import { prune } from '../schema/prune.ts';
import { validate } from '../schema/validate.ts';
import { validateRules } from '../schema/validate-rules.ts';
import { badRequest, type FieldCause, invalid } from '../status-error.ts';
import { validateMetadata } from './validate-metadata.ts';

/** What to do about fields that the schema doesn't know (`fieldValidation` of a request). */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** Drops what the schema doesn't know and fills in its defaults; unknown fields are refused or warned about. */
export function conform(
  object: JsonObject,
  type: ResourceType,
  options: { readonly fieldValidation: FieldValidation; readonly warn: (message: string) => void },
): JsonObject {
  const { value, unknown } = prune(withoutNulls(object, type), type.schema);
  if (unknown.length > 0 && options.fieldValidation === 'Strict') {
    const list = unknown.map((path) => `unknown field "${path}"`).join(', ');
    throw badRequest(
      `${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: strict decoding error: ${list}`,
    );
  }
  if (options.fieldValidation === 'Warn') {
    for (const path of unknown) {
      options.warn(`unknown field "${path}"`);
    }
  }
  return withDefaults(value, type.schema) as JsonObject;
}

/** In built-in kinds and in metadata a null is an absent field, as it is for Go. */
function withoutNulls(object: JsonObject, type: ResourceType): JsonObject {
  if (type.builtIn) {
    return dropNulls(object) as JsonObject;
  }
  return { ...object, metadata: dropNulls(object.metadata ?? {}) };
}

function dropNulls(value: Json): Json {
  if (isArray(value)) {
    return value.map(dropNulls);
  }
  if (!isObject(value)) {
    return value;
  }
  const kept = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(kept.map(([key, member]) => [key, dropNulls(member as Json)]));
}

/**
 * Throws 422 with everything that is wrong. What was wrong before and is still the same is let pass: a definition that got
 * stricter must not keep anybody from repairing the rest of an object (validation ratcheting).
 */
export function assertValid(object: KubeObject, type: ResourceType, old?: KubeObject): void {
  const causes = causesOf(object, type, old);
  if (causes.length === 0) {
    return;
  }
  const known = new Set(old === undefined ? [] : causesOf(old, type, undefined).map(identityOf));
  const fresh = causes.filter((cause) => !known.has(identityOf(cause)));
  if (fresh.length > 0) {
    throw invalid(type, object.metadata.name, fresh);
  }
}

function identityOf({ field, message }: FieldCause): string {
  return `${field}\0${message}`;
}

function causesOf(
  object: KubeObject,
  type: ResourceType,
  old: KubeObject | undefined,
): readonly FieldCause[] {
  const bySchema = [...validateMetadata(object, type), ...validate(object, type.schema)];
  if (bySchema.length > 0) {
    // A kind's own rules read fields of the types that the schema promises.
    return bySchema;
  }
  return [
    ...(type.builtIn ? [] : validateRules(object, old, type.schema)),
    ...(type.behaviour.validate?.(object) ?? []),
    ...(old === undefined ? [] : (type.behaviour.validateUpdate?.(object, old) ?? [])),
  ];
}
