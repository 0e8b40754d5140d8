import { type ChartValue, hasEntries } from './chart-values.ts';

interface Schema {
  type?: string | readonly string[];
  description?: string;
  enum?: readonly string[];
  minimum?: number;
  properties?: Record<string, Schema>;
}

/**
 * The JSON schema that Helm checks values against. Values that the chart does not know are let through: values files
 * serve several charts, and those of other versions.
 */
export function chartSchema(values: readonly ChartValue[]): string {
  const root: Schema = { type: 'object', properties: {} };
  for (const value of values) {
    const parent = value.path.slice(0, -1).reduce((schema, name) => propertiesOf(schema)[name] ?? {}, root);
    propertiesOf(parent)[value.path.at(-1) ?? ''] = schemaOf(value);
  }
  return `${JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', ...root }, null, 2)}\n`;
}

function propertiesOf(schema: Schema): Record<string, Schema> {
  schema.properties ??= {};
  return schema.properties;
}

function schemaOf({ default: value, description, types, choices, minimum }: ChartValue): Schema {
  const type = typeOf(value);
  return {
    type: types.length === 0 ? type : [type, ...types],
    ...(description && { description }),
    ...(choices && { enum: choices }),
    ...(minimum !== undefined && { minimum }),
    ...(hasEntries(value) && { properties: {} }),
  };
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) {
    return 'array';
  }
  return value === null ? 'null' : typeof value === 'number' ? 'integer' : typeof value;
}
