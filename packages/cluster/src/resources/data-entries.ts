import { sameJson } from '../json.ts';
import type { KubeObject } from '../object.ts';
import type { FieldCause } from '../status-error.ts';

/** The entries of Secrets and ConfigMaps. */
export function dataSize(object: KubeObject, field: string): number {
  return Object.keys((object[field] as object | undefined) ?? {}).length;
}

export function checkDataKeys(object: KubeObject, field: string): readonly FieldCause[] {
  return Object.keys((object[field] as object | undefined) ?? {})
    .filter((key) => !/^[-._a-zA-Z0-9]{1,253}$/.test(key) || key === '.' || key === '..')
    .map((key) => ({
      field: `${field}[${key}]`,
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(key)}: a valid config key must consist of alphanumeric characters, '-', '_' or '.'`,
    }));
}

export function checkImmutable(
  object: KubeObject,
  old: KubeObject,
  fields: readonly string[],
): readonly FieldCause[] {
  if (old.immutable !== true) {
    return [];
  }
  return [...fields, 'immutable']
    .filter((field) => !sameJson(object[field], old[field]))
    .map((field) => ({
      field,
      reason: 'FieldValueForbidden',
      message: 'Forbidden: field is immutable when `immutable` is set',
    }));
}
