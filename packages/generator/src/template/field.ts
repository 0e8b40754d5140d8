import { methodsOf } from './methods.ts';
import { goQuote } from './quote.ts';
import type { TemplateFunction } from './signature.ts';
import { isMap, typeName, type Value } from './value.ts';

export interface FieldOptions {
  /** Go knows no type of the receiver: it is an element of a list or map. */
  readonly isUntyped: boolean;
  /** Arguments follow the last name; there are no methods that could take them. */
  readonly hasArguments: boolean;
  readonly fail: (message: string) => never;
  /** Calls a method, the last one with the arguments. */
  readonly invoke: (method: TemplateFunction, name: string, takesArguments: boolean) => Value;
}

/** The value behind `.a.b.c`; every step but the last must be a map, and every key must be there. */
export function walkFields(receiver: Value, names: readonly string[], options: FieldOptions): Value {
  let value = receiver;
  for (const [i, name] of names.entries()) {
    const isLast = i === names.length - 1;
    const methods = methodsOf(value);
    const method = methods !== undefined && Object.hasOwn(methods, name) ? methods[name] : undefined;
    if (method !== undefined) {
      value = options.invoke(method, name, isLast);
      continue;
    }
    value = field(value, name, {
      isUntyped: i > 0 || options.isUntyped,
      hasArguments: isLast && options.hasArguments,
      fail: options.fail,
    });
  }
  return value;
}

function field(
  receiver: Value,
  name: string,
  { isUntyped, hasArguments, fail }: Omit<FieldOptions, 'invoke'>,
): Value {
  if (receiver === null) {
    return fail(
      isUntyped
        ? `nil pointer evaluating interface {}.${name}`
        : `nil data; no entry for key ${goQuote(name)}`,
    );
  }
  if (!isMap(receiver)) {
    return fail(`can't evaluate field ${name} in type ${isUntyped ? 'interface {}' : typeName(receiver)}`);
  }
  if (hasArguments) {
    return fail(`${name} is not a method but has arguments`);
  }
  return (
    receiver.get(name) ?? (receiver.has(name) ? null : fail(`map has no entry for key ${goQuote(name)}`))
  );
}
