import { isArray, isObject, type Json, type JsonObject } from '../json.ts';
import { memberSchema, type Schema } from '../schema/schema.ts';

/**
 * A set of paths within an object, in the path elements of FieldsV1: `f:name` for a member, `k:{"name":"x"}` for an item
 * of a keyed list, `v:1` for an item of a set. `owned` says that the path up to here is itself in the set.
 */
export interface FieldSet {
  readonly owned: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

export const noFields: FieldSet = { owned: false, children: new Map() };
const leaf: FieldSet = { owned: true, children: new Map() };

export function isEmpty(set: FieldSet): boolean {
  return !set.owned && set.children.size === 0;
}

export function fromFieldsV1(fields: Json | undefined): FieldSet {
  if (!isObject(fields)) {
    return noFields;
  }
  const keys = Object.keys(fields);
  const children = new Map(
    keys.filter((key) => key !== '.').map((key) => [key, fromFieldsV1(fields[key])] as const),
  );
  return { owned: keys.length === 0 || keys.includes('.'), children };
}

export function toFieldsV1(set: FieldSet): JsonObject {
  const entries = [...set.children]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, child]) => [key, toFieldsV1(child)] as const);
  const own = set.owned && set.children.size > 0 ? [['.', {}] as const] : [];
  return Object.fromEntries([...own, ...entries]);
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map(a.children);
  for (const [key, child] of b.children) {
    const other = children.get(key);
    children.set(key, other === undefined ? child : union(other, child));
  }
  return { owned: a.owned || b.owned, children };
}

/** What is in `a` and not in `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return combined(a, b, (inA, inB) => inA && !inB, a.children.keys());
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return combined(a, b, (inA, inB) => inA && inB, a.children.keys());
}

function combined(
  a: FieldSet,
  b: FieldSet,
  keep: (inA: boolean, inB: boolean) => boolean,
  keys: Iterable<string>,
): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const key of keys) {
    const child = combined(
      a.children.get(key) ?? noFields,
      b.children.get(key) ?? noFields,
      keep,
      a.children.get(key)?.children.keys() ?? [],
    );
    if (!isEmpty(child)) {
      children.set(key, child);
    }
  }
  return { owned: keep(a.owned, b.owned), children };
}

/** Without these paths and everything below them. */
export function without(set: FieldSet, removed: FieldSet): FieldSet {
  if (removed.owned && removed.children.size === 0) {
    return noFields;
  }
  const children = new Map<string, FieldSet>();
  for (const [key, child] of set.children) {
    const gone = removed.children.get(key);
    const rest = gone === undefined ? child : without(child, gone);
    if (!isEmpty(rest)) {
      children.set(key, rest);
    }
  }
  return { owned: set.owned, children };
}

/** Every path in the set as a person writes it: `.spec.containers[name="a"].image`. */
export function paths(set: FieldSet, prefix = ''): readonly string[] {
  const below = [...set.children].flatMap(([key, child]) => paths(child, prefix + shown(key)));
  return set.owned && prefix !== '' ? [prefix, ...below] : below;
}

function shown(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) {
    return `.${rest}`;
  }
  if (element.startsWith('k:')) {
    const keys = Object.entries(JSON.parse(rest) as Record<string, Json>);
    return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
  }
  return element.startsWith('v:') ? `[=${rest}]` : `[${rest}]`;
}

/** The paths that a value sets. Members of structs are implied by what is in them; keys of maps and list items are not. */
export function fieldsOf(value: Json, schema: Schema | undefined): FieldSet {
  if (isObject(value) && !isAtomicMap(schema)) {
    const children = new Map<string, FieldSet>();
    for (const [key, member] of Object.entries(value)) {
      if (member !== undefined) {
        const inside = fieldsOf(member, schema && memberSchema(schema, key));
        const isStructMember = schema?.properties !== undefined && Object.hasOwn(schema.properties, key);
        const isEmptyMap = isObject(member) && Object.keys(member).length === 0;
        children.set(`f:${key}`, isStructMember && !isEmptyMap ? inside : { ...inside, owned: true });
      }
    }
    return { owned: false, children };
  }
  if (isArray(value) && schema !== undefined && isAssociative(schema)) {
    const children = value.map(
      (item) => [itemElement(item, schema), { ...fieldsOf(item, schema.items), owned: true }] as const,
    );
    return { owned: value.length === 0, children: new Map(children) };
  }
  return leaf;
}

/** A list that is merged item by item: one with keys, or a set. */
export function isAssociative(schema: Schema | undefined): boolean {
  return schema?.['x-kubernetes-list-type'] === 'map' || schema?.['x-kubernetes-list-type'] === 'set';
}

export function isAtomicMap(schema: Schema | undefined): boolean {
  return schema?.['x-kubernetes-map-type'] === 'atomic';
}

/** What identifies an item among the others of its list. */
export function itemElement(item: Json, schema: Schema): string {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] !== 'map' || keys === undefined) {
    return `v:${JSON.stringify(item)}`;
  }
  const identity = [...keys].sort().map((key) => {
    const given = isObject(item) ? item[key] : undefined;
    return [key, given ?? schema.items?.properties?.[key]?.default ?? null] as const;
  });
  return `k:${JSON.stringify(Object.fromEntries(identity))}`;
}
