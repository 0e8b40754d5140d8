import { SemanticVersion } from '../semantic-version.ts';
import { type FunctionTable, text } from '../signature.ts';
import { isList, isMap, Moment, typeName, type Value } from '../value.ts';
import { deepEqual } from './equality.ts';

/** Go's kind of a value: what it is made of, whatever its type is called. */
export function kindOf(value: Value): string {
  if (value === null) return 'invalid';
  if (isList(value)) return 'slice';
  if (isMap(value)) return 'map';
  if (value instanceof Moment) return 'struct';
  return value instanceof SemanticVersion ? 'ptr' : typeName(value);
}

const named = ['string', 'any'] as const;

export const reflectionFunctions: FunctionTable = {
  typeOf: { parameters: ['any'], keepsTypes: true, call: ([value = null]) => typeName(value) },
  typeIs: {
    parameters: named,
    keepsTypes: true,
    call: (values) => text(values, 0) === typeName(values[1] ?? null),
  },
  typeIsLike: {
    parameters: named,
    keepsTypes: true,
    call: (values) => [text(values, 0), `*${text(values, 0)}`].includes(typeName(values[1] ?? null)),
  },
  kindOf: { parameters: ['any'], keepsTypes: true, call: ([value = null]) => kindOf(value) },
  kindIs: {
    parameters: named,
    keepsTypes: true,
    call: (values) => text(values, 0) === kindOf(values[1] ?? null),
  },
  deepEqual: {
    parameters: ['any', 'any'],
    keepsTypes: true,
    call: ([a = null, b = null], context) => deepEqual(a, b, context),
  },
};
