import { isArray, isObject, type Json, type JsonObject } from '../json.ts';
import { memberSchema, type Schema } from '../schema/schema.ts';
import { StatusError } from '../status-error.ts';
import { allChanged, changedFields } from './changed-fields.ts';
import {
  difference,
  type FieldSet,
  fieldsOf,
  intersection,
  isAssociative,
  isAtomicMap,
  isEmpty,
  itemElement,
  noFields,
  paths,
  union,
  without,
} from './field-set.ts';
import { type Manager, ownable, readManagers, writeManagers } from './managed-fields.ts';

export interface Apply {
  readonly schema: Schema;
  readonly apiVersion: string;
  readonly manager: string;
  readonly subresource: string | undefined;
  readonly force: boolean;
  readonly time: string;
}

/**
 * Server-side apply: lays `applied` over the live object, takes away what this manager applied before and no longer does,
 * and keeps the account of who owns what. Throws 409 where another manager owns a field with another value.
 */
export function serverSideApply(live: JsonObject, applied: JsonObject, apply: Apply): JsonObject {
  const managers = readManagers(live);
  const isSelf = (manager: Manager): boolean =>
    manager.name === apply.manager &&
    manager.operation === 'Apply' &&
    manager.subresource === apply.subresource;
  const before = managers.find(isSelf)?.fields ?? noFields;
  const others = managers.filter((manager) => !isSelf(manager));
  const wanted = ownable(fieldsOf(applied, apply.schema));

  const merged = mergeApplied(live, applied, apply.schema) as JsonObject;
  const kept = union(
    wanted,
    others.reduce<FieldSet>((sum, other) => union(sum, other.fields), noFields),
  );
  const result = removeFields(merged, difference(before, wanted), kept, apply.schema) as JsonObject;

  const changed = intersection(ownable(allChanged(changedFields(live, merged, apply.schema))), wanted);
  if (!apply.force) {
    assertNoConflict(others, changed);
  }
  const entry: Manager = {
    name: apply.manager,
    operation: 'Apply',
    apiVersion: apply.apiVersion,
    subresource: apply.subresource,
    time: apply.time,
    fields: wanted,
  };
  const rest = others.map((other) => ({
    ...other,
    fields: without(other.fields, intersection(other.fields, changed)),
  }));
  const metadata = { ...(result.metadata as JsonObject), managedFields: writeManagers([...rest, entry]) };
  return { ...result, metadata };
}

function assertNoConflict(others: readonly Manager[], changed: FieldSet): void {
  const conflicts = others.flatMap((other) =>
    paths(intersection(other.fields, changed)).map((field) => ({ manager: shownManager(other), field })),
  );
  const [first] = conflicts;
  if (first === undefined) {
    return;
  }
  const causes = conflicts.map(({ manager, field }) => ({
    field,
    reason: 'FieldManagerConflict' as const,
    message: `conflict with ${manager}`,
  }));
  if (conflicts.length === 1) {
    throw new StatusError(
      'Conflict',
      `Apply failed with 1 conflict: conflict with ${first.manager}: ${first.field}`,
      { causes },
    );
  }
  const byManager = [...new Set(conflicts.map(({ manager }) => manager))].sort().map((manager) => {
    const fields = conflicts.filter((one) => one.manager === manager).map(({ field }) => `- ${field}`);
    return `conflicts with ${manager}:\n${fields.join('\n')}`;
  });
  throw new StatusError(
    'Conflict',
    `Apply failed with ${conflicts.length} conflicts: ${byManager.join('\n')}`,
    { causes },
  );
}

function shownManager({ name, subresource, operation, apiVersion }: Manager): string {
  const whole = `${JSON.stringify(name)}${subresource === undefined ? '' : ` with subresource ${JSON.stringify(subresource)}`}`;
  return operation === 'Update' ? `${whole} using ${apiVersion}` : whole;
}

function mergeApplied(live: Json | undefined, applied: Json, schema: Schema | undefined): Json {
  if (isObject(live) && isObject(applied) && !isAtomicMap(schema)) {
    const result: Record<string, Json | undefined> = { ...live };
    for (const [key, value] of Object.entries(applied)) {
      if (value !== undefined) {
        result[key] = mergeApplied(live[key], value, schema && memberSchema(schema, key));
      }
    }
    return result;
  }
  if (isArray(live) && isArray(applied) && schema !== undefined && isAssociative(schema)) {
    return mergeItems(live, applied, schema);
  }
  return applied;
}

/** Items in the order in which they are applied; those of others stay behind the neighbour they had. */
function mergeItems(live: readonly Json[], applied: readonly Json[], schema: Schema): readonly Json[] {
  const wanted = new Map(applied.map((item) => [itemElement(item, schema), item] as const));
  const existing = new Map(live.map((item) => [itemElement(item, schema), item] as const));
  const followers = new Map<string, Json[]>();
  let anchor = '';
  for (const [element, item] of existing) {
    if (wanted.has(element)) {
      anchor = element;
    } else {
      followers.set(anchor, [...(followers.get(anchor) ?? []), item]);
    }
  }
  const merged = [...wanted].flatMap(([element, item]) => [
    mergeApplied(existing.get(element), item, schema.items),
    ...(followers.get(element) ?? []),
  ]);
  return [...(followers.get('') ?? []), ...merged];
}

/** Takes fields away, except those (and what holds those) that somebody keeps. */
function removeFields(value: Json, removed: FieldSet, kept: FieldSet, schema: Schema | undefined): Json {
  if (isEmpty(removed)) {
    return value;
  }
  if (isObject(value)) {
    const result: Record<string, Json | undefined> = { ...value };
    for (const [element, gone] of removed.children) {
      const key = element.slice(2);
      const inner = result[key];
      const keptInside = kept.children.get(element) ?? noFields;
      if (inner === undefined) {
        continue;
      }
      const rest = removeFields(inner, gone, keptInside, schema && memberSchema(schema, key));
      const isHollow = !gone.owned && isHollowed(inner, rest) && isEmpty(keptInside);
      if ((gone.owned && isEmpty(keptInside)) || isHollow) {
        delete result[key];
      } else {
        result[key] = rest;
      }
    }
    return result;
  }
  if (isArray(value) && schema !== undefined && isAssociative(schema)) {
    return value.flatMap((item) => {
      const element = itemElement(item, schema);
      const gone = removed.children.get(element) ?? noFields;
      const keptInside = kept.children.get(element) ?? noFields;
      return gone.owned && isEmpty(keptInside) ? [] : [removeFields(item, gone, keptInside, schema.items)];
    });
  }
  return value;
}

/** A struct or list that has lost all that was in it goes too. */
function isHollowed(before: Json, after: Json): boolean {
  const size = (value: Json): number =>
    typeof value === 'object' && value !== null ? Object.keys(value).length : 1;
  return size(before) > 0 && size(after) === 0;
}
