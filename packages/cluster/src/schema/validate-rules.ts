import { isArray, isObject, type Json } from '../json.ts';
import type { CauseReason, FieldCause } from '../status-error.ts';
import { celExpression, celValue, isTransitionRule } from './cel-rule.ts';
import { memberSchema, type Schema, type ValidationRule } from './schema.ts';

/**
 * What the CEL rules of a schema (`x-kubernetes-validations`) have against a value. Rules that compare with the value
 * before are asked only where there is one: not for items of lists without keys.
 */
export function validateRules(
  value: Json,
  old: Json | undefined,
  schema: Schema,
  path = '',
): readonly FieldCause[] {
  const own = (schema['x-kubernetes-validations'] ?? []).flatMap((rule) =>
    checkRule(rule, value, old, schema, path),
  );
  if (isArray(value)) {
    const items = schema.items;
    return items === undefined
      ? own
      : [
          ...own,
          ...value.flatMap((item, index) =>
            validateRules(item, itemBefore(item, old, schema), items, `${path}[${index}]`),
          ),
        ];
  }
  if (!isObject(value)) {
    return own;
  }
  const inside = Object.entries(value).flatMap(([key, member]) => {
    const inner = memberSchema(schema, key);
    const before = isObject(old) ? old[key] : undefined;
    return inner === undefined || member === undefined
      ? []
      : validateRules(member, before, inner, path === '' ? key : `${path}.${key}`);
  });
  return [...own, ...inside];
}

/** Items of a keyed list are the same item as long as their keys are. */
function itemBefore(item: Json, old: Json | undefined, schema: Schema): Json | undefined {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (keys === undefined || !isArray(old) || !isObject(item)) {
    return undefined;
  }
  return old.find((one) => isObject(one) && keys.every((key) => one[key] === item[key]));
}

const reasons: Readonly<Record<string, CauseReason>> = {
  FieldValueInvalid: 'FieldValueInvalid',
  FieldValueForbidden: 'FieldValueForbidden',
  FieldValueRequired: 'FieldValueRequired',
  FieldValueDuplicate: 'FieldValueDuplicate',
};

function checkRule(
  rule: ValidationRule,
  value: Json,
  old: Json | undefined,
  schema: Schema,
  path: string,
): readonly FieldCause[] {
  if (isTransitionRule(rule.rule) && old === undefined) {
    return [];
  }
  const self = celValue(value, schema);
  const variables = old === undefined ? { self } : { self, oldSelf: celValue(old, schema) };
  const field = `${path}${rule.fieldPath ?? ''}` || '<nil>';
  const reason = reasons[rule.reason ?? ''] ?? 'FieldValueInvalid';
  const invalid = (message: string): readonly FieldCause[] => [
    { field, reason, message: `Invalid value: ${JSON.stringify(schema.type ?? 'object')}: ${message}` },
  ];
  try {
    const holds = celExpression(rule.rule)(variables);
    return holds === true ? [] : invalid(messageOf(rule, variables));
  } catch (error) {
    // A rule that can't be answered must not let anything pass.
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return invalid(`rule ${JSON.stringify(rule.rule)} could not be evaluated: ${why}`);
  }
}

function messageOf(
  rule: ValidationRule,
  variables: { readonly self: unknown; readonly oldSelf?: unknown },
): string {
  if (rule.messageExpression !== undefined) {
    const text = celExpression(rule.messageExpression)(variables);
    if (typeof text === 'string' && text.trim() !== '') {
      return text;
    }
  }
  return rule.message ?? `failed rule: ${rule.rule}`;
}
