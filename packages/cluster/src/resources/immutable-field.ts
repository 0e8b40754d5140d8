import type { Json } from '../json.ts';
import type { FieldCause } from '../status-error.ts';

export function immutableField(field: string, value: Json | undefined): FieldCause {
  return {
    field,
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(value)}: field is immutable`,
  };
}
