import type { Kind } from './kind.ts';
import { kinds } from './kinds.ts';

type Json = Readonly<Record<string, unknown>>;

/** The CustomResourceDefinition (apiextensions.k8s.io/v1) of a kind. */
export function crd(kind: Kind): Json {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.plural}.${kind.group}` },
    spec: {
      group: kind.group,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.singular,
        shortNames: kind.shortNames,
        categories: kind.categories,
      },
      scope: kind.scope,
      versions: [version(kind)],
    },
  };
}

/** The definitions of all kinds of this project. */
export function crds(): readonly Json[] {
  return kinds.map(crd);
}

function version(kind: Kind): Json {
  return {
    name: kind.version,
    served: true,
    storage: true,
    additionalPrinterColumns: kind.columns,
    schema: {
      openAPIV3Schema: {
        type: 'object',
        description: kind.description,
        ...(kind.requiresSpec ? { required: ['spec'] } : {}),
        properties: {
          apiVersion: { type: 'string' },
          kind: { type: 'string' },
          metadata: { type: 'object' },
          spec: specSchema(kind),
          ...(kind.status === undefined ? {} : { status: structural(kind.status) }),
        },
      },
    },
    ...(kind.status === undefined ? {} : { subresources: { status: {} } }),
  };
}

function specSchema(kind: Kind): Json {
  const schema = structural(kind.spec) as Json;
  const rules = kind.rules.flatMap(({ cel, message }) => (cel === undefined ? [] : [{ rule: cel, message }]));
  return rules.length === 0 ? schema : { ...schema, 'x-kubernetes-validations': rules };
}

/**
 * A TypeBox schema as Kubernetes wants it: plain JSON, and a field that has a default is not required, since
 * kubectl checks an object before the API server fills in defaults.
 */
function structural(schema: unknown): unknown {
  if (Array.isArray(schema)) {
    return schema.map(structural);
  }
  if (typeof schema !== 'object' || schema === null) {
    return schema;
  }
  const { required, ...rest } = schema as {
    required?: readonly string[];
    properties?: Readonly<Record<string, Json>>;
  };
  const kept = (required ?? []).filter((name) => rest.properties?.[name]?.default === undefined);
  return {
    ...Object.fromEntries(
      Object.entries(rest).map(([key, value]) => [key, key === 'default' ? value : structural(value)]),
    ),
    ...(kept.length > 0 ? { required: kept } : {}),
  };
}
