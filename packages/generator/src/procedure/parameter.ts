import { Failure } from '@backup-maker/model';
import { isList, type Value, type ValueMap } from '../template/index.ts';
import { hasExpression } from './shell-word.ts';

/** What one entry of `Params` (or `Repository`) may hold. */
export interface ParameterSchema {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'list';
  readonly description: string;
  /** Without a default and not required, the value is empty (`""`, `false`, `[]`). */
  readonly required?: true;
  readonly default?: string | number | boolean | readonly string[];
  /** The only texts allowed. */
  readonly choices?: readonly string[];
  /** In pods it reaches the script through the environment. */
  readonly secret?: true;
}

export interface CheckOptions {
  readonly section: 'Params' | 'Repository';
  readonly schema: readonly ParameterSchema[];
  readonly given: ValueMap;
  /** For messages: the template's name, and where the definition sets a path. */
  readonly templateName: string;
  readonly places: ReadonlyMap<string, string>;
}

export interface CheckedParameters {
  /** Every parameter of the schema, with defaults, and what else was given. */
  readonly values: ValueMap;
  /** Names that the schema does not know. */
  readonly unknown: readonly string[];
}

/**
 * Checks what a definition gives against a schema and fills in the defaults. An expression (`${…}`, `$(…)`) fits
 * every type but `list`: what it will be is known only where the script runs.
 * @throws Failure `invalid-input` that names every missing parameter at once, or the wrong one and its place.
 */
export function checkParameters(options: CheckOptions): CheckedParameters {
  const { schema, given, section } = options;
  const missing = schema.filter((parameter) => parameter.required && isAbsent(given.get(parameter.name)));
  if (missing.length > 0) {
    const names = missing.map(({ name, description }) => `${section}.${name} (${description})`).join(', ');
    throw new Failure('invalid-input', `template ${options.templateName} needs ${names}`);
  }
  // What the schema does not know stays: a user may have changed the template that it belongs to.
  const values: ValueMap = new Map(given);
  for (const parameter of schema) {
    const value = given.get(parameter.name);
    values.set(parameter.name, isAbsent(value) ? defaultOf(parameter) : checked(parameter, value, options));
  }
  const known = new Set(schema.map(({ name }) => name));
  return { values, unknown: [...given.keys()].filter((name) => !known.has(name)) };
}

function isAbsent(value: Value | undefined): value is null | undefined | '' {
  return value === undefined || value === null || value === '';
}

function defaultOf({ type, default: preset }: ParameterSchema): Value {
  if (preset !== undefined) return typeof preset === 'number' ? BigInt(preset) : preset;
  if (type === 'list') return [];
  return type === 'boolean' ? false : '';
}

function checked(parameter: ParameterSchema, value: Value, options: CheckOptions): Value {
  const refuse = (expected: string): never => {
    const path = `${options.section}.${parameter.name}`;
    const place = options.places.get(path);
    const prefix = place === undefined ? `template ${options.templateName}` : place;
    throw new Failure('invalid-input', `${prefix}: ${path} must be ${expected}`);
  };
  if (parameter.type === 'list') return checkedList(value, refuse);
  if (typeof value === 'object') return refuse(expectations[parameter.type]);
  const text = String(value);
  if (hasExpression(text)) return text;
  if (text.includes('\0')) return refuse('a text without NUL characters');
  switch (parameter.type) {
    case 'integer':
      return /^[0-9]{1,9}$/.test(text) ? BigInt(text) : refuse(expectations.integer);
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : refuse(expectations.boolean);
    case 'string':
      if (parameter.choices !== undefined && !parameter.choices.includes(text)) {
        return refuse(`one of ${parameter.choices.join(', ')}`);
      }
      return text;
    default:
      return parameter.type satisfies never;
  }
}

const expectations: Readonly<Record<ParameterSchema['type'], string>> = {
  string: 'a text',
  integer: 'a whole number',
  boolean: 'true or false',
  list: 'a list of texts',
};

function checkedList(value: Value, refuse: (expected: string) => never): Value {
  if (!isList(value)) return refuse(expectations.list);
  return value.map((item) =>
    item === null || typeof item === 'object' || String(item).includes('\0')
      ? refuse(expectations.list)
      : String(item),
  );
}
