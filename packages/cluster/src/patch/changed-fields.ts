import { isArray, isObject, type Json, type JsonObject, sameJson } from '../json.ts';
import { memberSchema, type Schema } from '../schema/schema.ts';
import {
  type FieldSet,
  fieldsOf,
  isAssociative,
  isAtomicMap,
  isEmpty,
  itemElement,
  noFields,
  union,
} from './field-set.ts';

export interface ChangedFields {
  /** Added, or with another value than before. */
  readonly written: FieldSet;
  readonly removed: FieldSet;
}

const nothing: ChangedFields = { written: noFields, removed: noFields };

/** Which paths differ between two versions of a value. */
export function changedFields(
  old: Json | undefined,
  now: Json | undefined,
  schema: Schema | undefined,
): ChangedFields {
  if (old === undefined || now === undefined) {
    return {
      written: now === undefined ? noFields : marked(fieldsOf(now, schema)),
      removed: old === undefined ? noFields : marked(fieldsOf(old, schema)),
    };
  }
  if (isObject(old) && isObject(now) && !isAtomicMap(schema)) {
    const keys = new Set([...Object.keys(old), ...Object.keys(now)]);
    return merged([...keys].map((key) => [`f:${key}`, memberChange(old, now, key, schema)] as const));
  }
  if (isArray(old) && isArray(now) && schema !== undefined && isAssociative(schema)) {
    return changedItems(old, now, schema);
  }
  return sameJson(old, now) ? nothing : { written: { owned: true, children: new Map() }, removed: noFields };
}

function memberChange(
  old: JsonObject,
  now: JsonObject,
  key: string,
  schema: Schema | undefined,
): ChangedFields {
  return old[key] === now[key]
    ? nothing
    : changedFields(old[key], now[key], schema && memberSchema(schema, key));
}

function changedItems(old: readonly Json[], now: readonly Json[], schema: Schema): ChangedFields {
  const before = new Map(old.map((item) => [itemElement(item, schema), item] as const));
  const after = new Map(now.map((item) => [itemElement(item, schema), item] as const));
  const elements = new Set([...before.keys(), ...after.keys()]);
  return merged(
    [...elements].map(
      (element) => [element, changedFields(before.get(element), after.get(element), schema.items)] as const,
    ),
  );
}

function marked(set: FieldSet): FieldSet {
  return { ...set, owned: true };
}

function merged(parts: readonly (readonly [string, ChangedFields])[]): ChangedFields {
  const collect = (side: keyof ChangedFields): FieldSet => ({
    owned: false,
    children: new Map(
      parts.filter(([, part]) => !isEmpty(part[side])).map(([key, part]) => [key, part[side]] as const),
    ),
  });
  return { written: collect('written'), removed: collect('removed') };
}

export function allChanged(change: ChangedFields): FieldSet {
  return union(change.written, change.removed);
}
