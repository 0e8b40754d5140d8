import { createHash } from 'node:crypto';
import type { JsonObject } from '../json.ts';
import type { Registry } from '../resources/registry.ts';
import { groupVersion, type ResourceType } from '../resources/resource-type.ts';
import type { Schema } from '../schema/schema.ts';
import { groups } from './discovery.ts';

/** `io.k8s.api.batch.v1.Job` for built-in kinds, the group backwards for custom ones. */
export function schemaName(type: ResourceType): string {
  if (type.builtIn && type.kind === 'CustomResourceDefinition') {
    return `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.${type.version}.${type.kind}`;
  }
  if (type.builtIn) {
    return `io.k8s.api.${type.group === '' ? 'core' : (type.group.split('.')[0] ?? '')}.${type.version}.${type.kind}`;
  }
  return `${type.group.split('.').toReversed().join('.')}.${type.version}.${type.kind}`;
}

/** Made once for each set of types: every `kubectl apply` asks for it. */
const pathDocuments = new WeakMap<readonly ResourceType[], JsonObject>();

/** `/openapi/v3`: where the document of each group is, with a hash by which clients cache it. */
export function openApiPaths(registry: Registry): JsonObject {
  const { types } = registry;
  const made = pathDocuments.get(types) ?? makePaths(registry);
  pathDocuments.set(types, made);
  return made;
}

function makePaths(registry: Registry): JsonObject {
  const entries = groups(registry.types).flatMap(({ name, versions }) =>
    versions.map((version) => {
      const path = name === '' ? `api/${version}` : `apis/${name}/${version}`;
      const document = JSON.stringify(openApiV3(registry, name, version));
      const hash = createHash('sha256').update(document).digest('hex').toUpperCase();
      return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }] as const;
    }),
  );
  return { paths: Object.fromEntries(entries) };
}

export function openApiV3(registry: Registry, group: string, version: string): JsonObject | undefined {
  const types = registry.types.filter((type) => type.group === group && type.version === version);
  if (types.length === 0) {
    return undefined;
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Embedded cluster', version: 'v1' },
    paths: Object.assign({}, ...types.map(pathsOf)) as JsonObject,
    components: {
      schemas: Object.fromEntries(types.map((type) => [schemaName(type), kindDocument(type)] as const)),
    },
  };
}

export function kindDocument(type: ResourceType): JsonObject {
  return {
    description: `${type.kind} of ${groupVersion(type)}`,
    ...(type.schema as Schema as JsonObject),
    'x-kubernetes-group-version-kind': [{ group: type.group, version: type.version, kind: type.kind }],
  };
}

const text = { type: 'string', uniqueItems: true };
const number = { type: 'integer', uniqueItems: true };

function parameter(name: string, schema: JsonObject, description: string): JsonObject {
  return { name, in: 'query', description, schema };
}

const writeParameters: readonly JsonObject[] = [
  parameter('dryRun', text, 'All: nothing is stored'),
  parameter('fieldManager', text, 'the name by which managedFields knows the writer'),
  parameter('fieldValidation', text, 'Ignore, Warn or Strict: what to do about unknown fields'),
];

const listParameters: readonly JsonObject[] = [
  parameter('labelSelector', text, 'labels that the objects must have'),
  parameter('fieldSelector', text, 'fields that the objects must have'),
  parameter('limit', number, 'the most objects of one answer'),
  parameter('continue', text, 'the token of the page before'),
];

function pathsOf(type: ResourceType): JsonObject {
  const base = `${type.group === '' ? '/api' : `/apis/${type.group}`}/${type.version}`;
  const collection = `${base}${type.namespaced ? '/namespaces/{namespace}' : ''}/${type.plural}`;
  return {
    [collection]: {
      get: operation(type, 'list', listParameters),
      post: operation(type, 'post', writeParameters, true),
      delete: operation(type, 'deletecollection', listParameters),
    },
    [`${collection}/{name}`]: {
      get: operation(type, 'get', []),
      put: operation(type, 'put', writeParameters, true),
      patch: operation(type, 'patch', [
        ...writeParameters,
        parameter('force', { type: 'boolean' }, 'take fields from other managers'),
      ]),
      delete: operation(type, 'delete', [parameter('dryRun', text, 'All: nothing is deleted')]),
    },
  };
}

function operation(
  type: ResourceType,
  action: string,
  parameters: readonly JsonObject[],
  hasBody = false,
): JsonObject {
  const content = { 'application/json': { schema: { $ref: `#/components/schemas/${schemaName(type)}` } } };
  return {
    operationId: `${action}${type.group}${type.version}${type.kind}`,
    parameters,
    ...(hasBody && { requestBody: { content } }),
    responses: { 200: { description: 'OK', content } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group: type.group, version: type.version, kind: type.kind },
  };
}
