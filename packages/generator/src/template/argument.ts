import { describeNode, type OperandNode } from './node.ts';
import { SemanticVersion } from './semantic-version.ts';
import { type ParameterType, parameterTypeNames } from './signature.ts';
import { isMap, Moment, typeName, type Value } from './value.ts';

type Fail = (message: string) => never;

export type LiteralNode = Extract<OperandNode, { kind: 'bool' | 'number' | 'string' }>;

/** A literal as an argument of this type: its syntax must fit. */
export function literalArgument(operand: LiteralNode, type: ParameterType, fail: Fail): Value {
  const { value } = operand;
  switch (type) {
    case 'any':
      return value;
    case 'map':
    case 'time':
    case 'version':
      return fail(`can't handle ${describeNode(operand)} for arg of type ${parameterTypeNames[type]}`);
    case 'int':
      if (typeof value === 'bigint') return value;
      if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
      return fail(`expected integer; found ${describeNode(operand)}`);
    case 'float':
      return typeof value === 'number' || typeof value === 'bigint'
        ? Number(value)
        : fail(`expected float; found ${describeNode(operand)}`);
    case 'bool':
    case 'string': {
      const isRight = typeof value === (type === 'bool' ? 'boolean' : 'string');
      return isRight ? value : fail(`expected ${type}; found ${describeNode(operand)}`);
    }
    default:
      return type satisfies never;
  }
}

/** A value as an argument of this type; nothing is converted. */
export function checkedArgument(value: Value, type: ParameterType, fail: Fail): Value {
  if (value === null && type !== 'any' && type !== 'map') {
    return fail(`invalid value; expected ${parameterTypeNames[type]}`);
  }
  if (fits(value, type)) return value;
  return fail(`wrong type for value; expected ${parameterTypeNames[type]}; got ${typeName(value)}`);
}

function fits(value: Value, type: ParameterType): boolean {
  switch (type) {
    case 'any':
      return true;
    case 'map':
      return value === null || isMap(value);
    case 'int':
      return typeof value === 'bigint';
    case 'float':
      return typeof value === 'number';
    case 'time':
      return value instanceof Moment;
    case 'version':
      return value instanceof SemanticVersion;
    case 'bool':
      return typeof value === 'boolean';
    case 'string':
      return typeof value === 'string';
    default:
      return type satisfies never;
  }
}
