import { isArray, isObject, type Json, type JsonObject, sameJson } from '../json.ts';
import type { CauseReason, FieldCause } from '../status-error.ts';
import { matchesFormat } from './format.ts';
import { regularExpression } from './regular-expression.ts';
import { memberSchema, type Schema } from './schema.ts';

/** Everything that is wrong with a value, each with its path, in the words of the Kubernetes API server. */
export function validate(value: Json, schema: Schema, path = ''): readonly FieldCause[] {
  const causes: FieldCause[] = [];
  check(value, schema, path, causes);
  return causes;
}

function check(value: Json, schema: Schema, path: string, causes: FieldCause[]): void {
  if (value === null && schema.nullable === true) {
    return;
  }
  if (!hasType(value, schema)) {
    const wanted = schema['x-kubernetes-int-or-string'] ? 'integer,string' : schema.type;
    const message = `Invalid value: "${typeName(value)}": ${path} in body must be of type ${wanted}: "${typeName(value)}"`;
    causes.push(cause(path, 'FieldValueTypeInvalid', message));
    return;
  }
  if (schema.enum && !schema.enum.some((allowed) => sameJson(allowed, value))) {
    const supported = schema.enum.map((allowed) => JSON.stringify(allowed)).join(', ');
    causes.push(
      cause(
        path,
        'FieldValueNotSupported',
        `Unsupported value: ${show(value)}: supported values: ${supported}`,
      ),
    );
  }
  if (typeof value === 'string') {
    checkText(value, schema, path, causes);
  } else if (typeof value === 'number') {
    checkNumber(value, schema, path, causes);
  } else if (isArray(value)) {
    checkList(value, schema, path, causes);
  } else if (isObject(value)) {
    checkObject(value, schema, path, causes);
  }
  checkCombined(value, schema, path, causes);
}

function hasType(value: Json, schema: Schema): boolean {
  if (schema['x-kubernetes-int-or-string']) {
    return typeof value === 'string' || Number.isInteger(value);
  }
  switch (schema.type) {
    case undefined:
      return true;
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return isArray(value);
    case 'object':
      return isObject(value);
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === schema.type;
    default:
      return schema.type satisfies never;
  }
}

function checkText(value: string, schema: Schema, path: string, causes: FieldCause[]): void {
  const length = [...value].length;
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    causes.push(
      cause(path, 'FieldValueTooLong', `Too long: may not be more than ${schema.maxLength} characters`),
    );
  }
  if (schema.minLength !== undefined && length < schema.minLength) {
    const should = `should be at least ${schema.minLength} chars long`;
    causes.push(bodyCause(path, value, should));
  }
  if (schema.pattern !== undefined && !regularExpression(schema.pattern).test(value)) {
    causes.push(bodyCause(path, value, `should match '${schema.pattern}'`));
  }
  if (schema.format !== undefined && !matchesFormat(value, schema.format)) {
    causes.push(bodyCause(path, value, `must be of type ${schema.format}: ${show(value)}`));
  }
}

function checkNumber(value: number, schema: Schema, path: string, causes: FieldCause[]): void {
  const { minimum, maximum, multipleOf } = schema;
  if (minimum !== undefined && (schema.exclusiveMinimum ? value <= minimum : value < minimum)) {
    const words = schema.exclusiveMinimum ? 'greater than' : 'greater than or equal to';
    causes.push(bodyCause(path, value, `should be ${words} ${minimum}`));
  }
  if (maximum !== undefined && (schema.exclusiveMaximum ? value >= maximum : value > maximum)) {
    const words = schema.exclusiveMaximum ? 'less than' : 'less than or equal to';
    causes.push(bodyCause(path, value, `should be ${words} ${maximum}`));
  }
  if (multipleOf !== undefined && value % multipleOf !== 0) {
    causes.push(bodyCause(path, value, `should be a multiple of ${multipleOf}`));
  }
  if (schema.format === 'int32' && (value > 2 ** 31 - 1 || value < -(2 ** 31))) {
    causes.push(bodyCause(path, value, 'must fit into 32 bits'));
  }
}

function checkList(list: readonly Json[], schema: Schema, path: string, causes: FieldCause[]): void {
  if (schema.maxItems !== undefined && list.length > schema.maxItems) {
    const message = `Too many: ${list.length}: must have at most ${schema.maxItems} items`;
    causes.push(cause(path, 'FieldValueTooMany', message));
  }
  if (schema.minItems !== undefined && list.length < schema.minItems) {
    causes.push(bodyCause(path, list.length, `should have at least ${schema.minItems} items`));
  }
  checkDuplicates(list, schema, path, causes);
  const items = schema.items;
  if (items !== undefined) {
    list.forEach((item, index) => {
      check(item, items, `${path}[${index}]`, causes);
    });
  }
}

function checkDuplicates(list: readonly Json[], schema: Schema, path: string, causes: FieldCause[]): void {
  const keys = schema['x-kubernetes-list-map-keys'];
  const unique = schema.uniqueItems || schema['x-kubernetes-list-type'] === 'set';
  if (keys === undefined && !unique) {
    return;
  }
  const seen = new Set<string>();
  list.forEach((item, index) => {
    const identity =
      keys === undefined ? item : keys.map((key) => (isObject(item) ? (item[key] ?? null) : null));
    const text = JSON.stringify(identity);
    if (seen.has(text)) {
      const shown =
        keys === undefined
          ? text
          : JSON.stringify(Object.fromEntries(keys.map((key, i) => [key, (identity as Json[])[i]])));
      causes.push(cause(`${path}[${index}]`, 'FieldValueDuplicate', `Duplicate value: ${shown}`));
    }
    seen.add(text);
  });
}

function checkObject(object: JsonObject, schema: Schema, path: string, causes: FieldCause[]): void {
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(object, key) || object[key] === undefined) {
      causes.push(cause(join(path, key), 'FieldValueRequired', 'Required value'));
    }
  }
  const size = Object.keys(object).length;
  if (schema.maxProperties !== undefined && size > schema.maxProperties) {
    const message = `Too many: ${size}: must have at most ${schema.maxProperties} items`;
    causes.push(cause(path, 'FieldValueTooMany', message));
  }
  if (schema.minProperties !== undefined && size < schema.minProperties) {
    causes.push(bodyCause(path, size, `should have at least ${schema.minProperties} properties`));
  }
  for (const [key, member] of Object.entries(object)) {
    const inner = memberSchema(schema, key);
    if (inner !== undefined && member !== undefined) {
      check(member, inner, join(path, key), causes);
    }
  }
}

function checkCombined(value: Json, schema: Schema, path: string, causes: FieldCause[]): void {
  for (const part of schema.allOf ?? []) {
    check(value, part, path, causes);
  }
  if (schema.anyOf && !schema.anyOf.some((part) => validate(value, part, path).length === 0)) {
    causes.push(bodyCause(path, value, 'must validate at least one schema (anyOf)'));
  }
  if (schema.oneOf && schema.oneOf.filter((part) => validate(value, part, path).length === 0).length !== 1) {
    causes.push(bodyCause(path, value, 'must validate one and only one schema (oneOf)'));
  }
  if (schema.not && validate(value, schema.not, path).length === 0) {
    causes.push(bodyCause(path, value, 'must not validate the schema (not)'));
  }
}

function cause(path: string, reason: CauseReason, message: string): FieldCause {
  return { field: path === '' ? '<nil>' : path, reason, message };
}

function bodyCause(path: string, value: Json, should: string): FieldCause {
  return cause(path, 'FieldValueInvalid', `Invalid value: ${show(value)}: ${path} in body ${should}`);
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** Large values are shown cut: a message must stay one that a person reads. */
function show(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function typeName(value: Json): string {
  if (value === null) {
    return 'null';
  }
  if (typeof value === 'number') {
    return Number.isInteger(value) ? 'integer' : 'number';
  }
  return isArray(value) ? 'array' : typeof value;
}
