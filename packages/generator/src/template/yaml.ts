import { stringify } from 'yaml';
import type { Budget } from './budget.ts';
import { isList, isMap, Moment, sortedKeys, type Value } from './value.ts';

/** YAML in the style of Helm's `toYaml`: keys sorted, lists not indented, no newline at the end. */
export function printYaml(value: Value, budget: Budget): string {
  return stringify(sorted(value, budget, 0), {
    indentSeq: false,
    lineWidth: 0,
    aliasDuplicateObjects: false,
    version: '1.1',
    singleQuote: null,
  }).replace(/\n$/, '');
}

function sorted(value: Value, budget: Budget, depth: number): unknown {
  budget.spend(1);
  budget.depth(depth);
  if (isList(value)) return value.map((item) => sorted(item, budget, depth + 1));
  if (isMap(value)) {
    return new Map(sortedKeys(value).map((key) => [key, sorted(value.get(key) ?? null, budget, depth + 1)]));
  }
  return value instanceof Moment ? new Date(value.epochMs).toISOString() : value;
}
