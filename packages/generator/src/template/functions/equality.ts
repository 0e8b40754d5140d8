import { SemanticVersion } from '../semantic-version.ts';
import type { CallContext } from '../signature.ts';
import { Int64, isList, isMap, Moment, typeName, type Value } from '../value.ts';

/** Equal as Go's reflect.DeepEqual has it: of the same type, and the same inside. */
export function deepEqual(a: Value, b: Value, context: CallContext, depth = 0): boolean {
  context.budget.spend(1);
  context.budget.depth(depth);
  if (typeName(a) !== typeName(b)) return false;
  const same = (x: Value, y: Value) => deepEqual(x, y, context, depth + 1);
  if (isList(a) && isList(b)) {
    return a.length === b.length && a.every((item, i) => same(item, b[i] ?? null));
  }
  if (isMap(a) && isMap(b)) {
    return a.size === b.size && [...a].every(([key, item]) => b.has(key) && same(item, b.get(key) ?? null));
  }
  if (a instanceof Int64 && b instanceof Int64) return a.integer === b.integer;
  if (a instanceof SemanticVersion && b instanceof SemanticVersion) return a.original === b.original;
  return a instanceof Moment && b instanceof Moment ? a.epochNs === b.epochNs : a === b;
}
