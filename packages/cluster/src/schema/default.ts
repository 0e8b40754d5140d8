import { isArray, isObject, type Json } from '../json.ts';
import { memberSchema, type Schema } from './schema.ts';

/**
 * The value with the schema's defaults filled in. A null for a member that may not be null and has a default counts as
 * absent, as in Kubernetes. What needs no default is returned as it is.
 */
export function withDefaults(value: Json, schema: Schema): Json {
  if (isArray(value)) {
    const items = schema.items;
    return items === undefined ? value : mapped(value, (item) => withDefaults(item, items));
  }
  if (!isObject(value)) {
    return value;
  }
  const changes: Record<string, Json> = {};
  for (const [key, member] of Object.entries(schema.properties ?? {})) {
    const has = Object.hasOwn(value, key) && value[key] !== undefined;
    const absent = !has || (value[key] === null && member.nullable !== true);
    if (absent && member.default !== undefined) {
      changes[key] = withDefaults(member.default, member);
    }
  }
  for (const [key, member] of Object.entries(value)) {
    const inner = memberSchema(schema, key);
    if (inner !== undefined && member !== undefined && !Object.hasOwn(changes, key)) {
      const filled = withDefaults(member, inner);
      if (filled !== member) {
        changes[key] = filled;
      }
    }
  }
  return Object.keys(changes).length === 0 ? value : { ...value, ...changes };
}

function mapped(list: readonly Json[], change: (item: Json) => Json): readonly Json[] {
  const next = list.map(change);
  return next.every((item, index) => item === list[index]) ? list : next;
}
