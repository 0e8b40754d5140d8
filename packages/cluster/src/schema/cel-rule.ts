import { Environment } from '@marcbachmann/cel-js';
import { isArray, isObject, type Json } from '../json.ts';
import type { Schema } from './schema.ts';
import { allowsUnknown, memberSchema } from './schema.ts';

/** A compiled CEL expression. Throws where it can't be evaluated. */
export type CelExpression = (variables: { readonly self: unknown; readonly oldSelf?: unknown }) => unknown;

/** `self` and `oldSelf` are what rules speak of; their types are those of the schema and known when a rule runs. */
const environment = new Environment().registerVariable('self', 'dyn').registerVariable('oldSelf', 'dyn');

const compiled = new Map<string, CelExpression>();
const maxCompiled = 1000;

/** Compiles an expression, or takes the one compiled before. Throws where it is none. */
export function celExpression(text: string): CelExpression {
  const known = compiled.get(text);
  if (known !== undefined) {
    return known;
  }
  const checked = environment.check(text);
  if (!checked.valid) {
    throw new SyntaxError(checked.error?.message.split('\n')[0] ?? 'no CEL expression');
  }
  const program = environment.parse(text);
  const expression: CelExpression = (variables) => program({ ...variables });
  if (compiled.size >= maxCompiled) {
    compiled.clear();
  }
  compiled.set(text, expression);
  return expression;
}

/** A rule that compares with the value before: it has no say when there is none. */
export function isTransitionRule(text: string): boolean {
  return /\boldSelf\b/.test(text);
}

/** A JSON value as CEL sees it: whole numbers as int, times as timestamps, only members that the schema knows. */
export function celValue(value: Json, schema: Schema | undefined): unknown {
  if (isArray(value)) {
    return value.map((item) => celValue(item, schema?.items));
  }
  if (isObject(value)) {
    const members = Object.entries(value).flatMap(([key, member]) => {
      const inner = schema && memberSchema(schema, key);
      const isVisible = schema === undefined || inner !== undefined || allowsUnknown(schema);
      return member === undefined || !isVisible ? [] : [[key, celValue(member, inner)] as const];
    });
    return Object.fromEntries(members);
  }
  if (typeof value === 'number') {
    return schema?.type !== 'number' && Number.isInteger(value) ? BigInt(value) : value;
  }
  return typeof value === 'string' && schema?.format === 'date-time' ? new Date(value) : value;
}
