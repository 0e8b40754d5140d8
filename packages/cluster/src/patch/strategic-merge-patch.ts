import { isArray, isObject, type Json, type JsonObject, sameJson } from '../json.ts';
import { memberSchema, type Schema } from '../schema/schema.ts';
import { badRequest } from '../status-error.ts';

const directive = '$patch';
const deletePrefix = '$deleteFromPrimitiveList/';
const orderPrefix = '$setElementOrder/';
const retainKeys = '$retainKeys';

/**
 * The strategic merge patch of Kubernetes: like a merge patch, but lists of a built-in kind are merged by their key, and
 * `$patch`, `$retainKeys`, `$deleteFromPrimitiveList/…` and `$setElementOrder/…` direct it.
 */
export function strategicMergePatch(target: Json | undefined, patch: Json, schema: Schema | undefined): Json {
  return isObject(patch) ? mergeObject(isObject(target) ? target : {}, patch, schema) : patch;
}

function mergeObject(target: JsonObject, patch: JsonObject, schema: Schema | undefined): JsonObject {
  if (patch[directive] === 'replace') {
    const { [directive]: _, ...rest } = patch;
    return rest;
  }
  if (patch[directive] === 'delete') {
    return {};
  }
  const retained = patch[retainKeys];
  const result: Record<string, Json | undefined> = isArray(retained)
    ? Object.fromEntries(Object.entries(target).filter(([key]) => retained.includes(key)))
    : { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined || key === directive || key === retainKeys || key.startsWith(orderPrefix)) {
      continue;
    }
    if (key.startsWith(deletePrefix)) {
      const name = key.slice(deletePrefix.length);
      const gone = isArray(value) ? value : [];
      const list = result[name];
      if (isArray(list)) {
        result[name] = list.filter((item) => !gone.some((one) => sameJson(one, item)));
      }
    } else if (value === null) {
      delete result[key];
    } else {
      result[key] = mergeMember(result[key], value, schema && memberSchema(schema, key));
    }
  }
  return reordered(result, patch, schema);
}

function mergeMember(target: Json | undefined, patch: Json, schema: Schema | undefined): Json {
  if (isObject(patch)) {
    return mergeObject(isObject(target) ? target : {}, patch, schema);
  }
  if (!isArray(patch) || schema?.['x-kubernetes-patch-strategy'] !== 'merge') {
    return patch;
  }
  const list = isArray(target) ? target : [];
  const key = schema['x-kubernetes-patch-merge-key'];
  if (key !== undefined) {
    return mergeByKey(list, patch, key, schema);
  }
  return [...list, ...patch.filter((item) => !list.some((one) => sameJson(one, item)))];
}

function mergeByKey(
  list: readonly Json[],
  patch: readonly Json[],
  key: string,
  schema: Schema,
): readonly Json[] {
  if (patch.some((item) => isObject(item) && item[directive] === 'replace')) {
    return patch.filter(
      (item) => !(isObject(item) && item[directive] === 'replace' && Object.keys(item).length === 1),
    );
  }
  let result = [...list];
  for (const item of patch) {
    if (!isObject(item) || item[key] === undefined) {
      throw badRequest(`an item of the patch has no ${key}, by which the list is merged`);
    }
    const index = result.findIndex((one) => isObject(one) && sameJson(one[key], item[key]));
    if (item[directive] === 'delete') {
      result = result.filter((one) => !(isObject(one) && sameJson(one[key], item[key])));
    } else if (index >= 0) {
      result[index] = strategicMergePatch(result[index], item, schema.items);
    } else {
      result.push(strategicMergePatch({}, item, schema.items));
    }
  }
  return result;
}

/** `$setElementOrder/list` gives the order of the items that the client knows; others keep their place behind them. */
function reordered(
  result: Record<string, Json | undefined>,
  patch: JsonObject,
  schema: Schema | undefined,
): JsonObject {
  for (const [member, order] of Object.entries(patch)) {
    const name = member.slice(orderPrefix.length);
    const list = result[name];
    if (!member.startsWith(orderPrefix) || !isArray(order) || !isArray(list)) {
      continue;
    }
    const key = schema && memberSchema(schema, name)?.['x-kubernetes-patch-merge-key'];
    const identity = (item: Json): string =>
      JSON.stringify(key !== undefined && isObject(item) ? item[key] : item);
    const wanted = new Map(order.map((item, index) => [identity(item), index] as const));
    const known = list.filter((item) => wanted.has(identity(item)));
    known.sort((a, b) => (wanted.get(identity(a)) ?? 0) - (wanted.get(identity(b)) ?? 0));
    const queue = known[Symbol.iterator]();
    result[name] = list.map((item) => (wanted.has(identity(item)) ? (queue.next().value ?? item) : item));
  }
  return result;
}
