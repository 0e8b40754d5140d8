import type { JsonObject } from '../json.ts';
import type { Registry } from '../resources/registry.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import type { Schema } from '../schema/schema.ts';
import { kindDocument, schemaName } from './openapi-v3.ts';

/** What schemas keep in OpenAPI 2: it has no unions, and kubectl reads no more than this of them. */
const kept = [
  'description',
  'format',
  'required',
  'x-kubernetes-group-version-kind',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-list-type',
  'x-kubernetes-patch-merge-key',
  'x-kubernetes-patch-strategy',
  'x-kubernetes-preserve-unknown-fields',
] as const;

/** `/openapi/v2`, by which kubectl before 1.27 checks what it applies, and newer ones check lists. */
export function openApiV2(registry: Registry): JsonObject {
  return {
    swagger: '2.0',
    info: { title: 'Embedded cluster', version: 'v1' },
    paths: Object.fromEntries(registry.types.map((type) => [objectPath(type), pathItem(type)] as const)),
    definitions: Object.fromEntries(
      registry.types.map((type) => [schemaName(type), plainSchema(kindDocument(type) as Schema)] as const),
    ),
  };
}

function objectPath(type: ResourceType): string {
  const base = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  return `${base}${type.namespaced ? '/namespaces/{namespace}' : ''}/${type.plural}/{name}`;
}

/** Where kubectl looks whether the server knows dry runs and field validation. */
function pathItem(type: ResourceType): JsonObject {
  const parameter = (name: string): JsonObject => ({ name, in: 'query', type: 'string', uniqueItems: true });
  return {
    patch: {
      operationId: `patch${type.group}${type.version}${type.kind}`,
      parameters: [parameter('dryRun'), parameter('fieldManager'), parameter('fieldValidation')],
      responses: { 200: { description: 'OK' } },
      'x-kubernetes-action': 'patch',
      'x-kubernetes-group-version-kind': { group: type.group, version: type.version, kind: type.kind },
    },
  };
}

function plainSchema(schema: Schema): JsonObject {
  const source = schema as JsonObject;
  const words = Object.fromEntries(
    kept.filter((key) => source[key] !== undefined).map((key) => [key, source[key]] as const),
  );
  // Without a type anything is allowed, null too: OpenAPI 2 has no other way to say it.
  if (schema.nullable === true || schema['x-kubernetes-preserve-unknown-fields'] === true) {
    return words;
  }
  const { properties, items, additionalProperties, type } = schema;
  return {
    ...words,
    ...(type !== undefined && { type }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, member]) => [key, plainSchema(member)] as const),
      ),
    }),
    ...(items && { items: plainSchema(items) }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: plainSchema(additionalProperties),
    }),
  };
}
