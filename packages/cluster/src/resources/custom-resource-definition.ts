import { type Json, listAt, objectAt, sameJson, textAt, valueAt } from '../json.ts';
import type { KubeObject } from '../object.ts';
import {
  anything,
  flag,
  int64,
  listByKey,
  listOf,
  object,
  oneOf,
  text,
  withDefault,
} from '../schema/build.ts';
import { celExpression } from '../schema/cel-rule.ts';
import { regularExpression } from '../schema/regular-expression.ts';
import type { FieldCause } from '../status-error.ts';
import { column, nameColumn } from './column.ts';
import { immutableField } from './immutable-field.ts';
import { jsonPath } from './json-path.ts';
import { condition, kindSchema } from './metadata.ts';
import { builtInType, type ResourceType } from './resource-type.ts';

const names = object(
  {
    plural: text,
    singular: text,
    kind: text,
    listKind: text,
    shortNames: listOf(text),
    categories: listOf(text),
  },
  ['plural', 'kind'],
);

const version = object(
  {
    name: text,
    served: flag,
    storage: flag,
    deprecated: flag,
    deprecationWarning: text,
    schema: object({ openAPIV3Schema: anything }),
    subresources: object({
      status: anything,
      scale: object({ specReplicasPath: text, statusReplicasPath: text, labelSelectorPath: text }),
    }),
    additionalPrinterColumns: listOf(
      object({ name: text, type: text, format: text, description: text, priority: int64, jsonPath: text }, [
        'name',
        'type',
        'jsonPath',
      ]),
    ),
    selectableFields: listOf(object({ jsonPath: text }, ['jsonPath'])),
  },
  ['name', 'served', 'storage'],
);

export const customResourceDefinitionType: ResourceType = builtInType({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  hasStatus: true,
  hasGeneration: true,
  schema: kindSchema(
    {
      spec: object(
        {
          group: text,
          names,
          scope: oneOf('Namespaced', 'Cluster'),
          versions: listOf(version),
          conversion: object({ strategy: withDefault(text, 'None'), webhook: anything }),
          preserveUnknownFields: flag,
        },
        ['group', 'names', 'scope', 'versions'],
      ),
      status: object({
        conditions: listByKey(condition, 'type'),
        acceptedNames: names,
        storedVersions: listOf(text),
        observedGeneration: int64,
      }),
    },
    ['spec'],
  ),
  columns: [nameColumn, column('Created At', (crd) => crd.metadata.creationTimestamp)],
  behaviour: {
    prepareCreate: (crd) => withNames({ ...crd, status: {} }),
    prepareUpdate: withNames,
    validate: validateDefinition,
    validateUpdate: (crd, old) =>
      (['group', 'scope'] as const)
        .filter((field) => !sameJson(valueAt(crd.spec, field), valueAt(old.spec, field)))
        .map((field) => immutableField(`spec.${field}`, valueAt(crd.spec, field))),
  },
});

/** Names that may be left out, and the strategy that the schema can't default below a missing object. */
function withNames(crd: KubeObject): KubeObject {
  const given = objectAt(crd, 'spec', 'names');
  const kind = textAt(given, 'kind') ?? '';
  const filled = { singular: kind.toLowerCase(), listKind: `${kind}List`, ...given };
  return {
    ...crd,
    spec: { conversion: { strategy: 'None' }, ...crd.spec, names: filled },
    // Names are accepted at once: nobody else gives names here. The condition's time is that of the object.
    status: {
      ...crd.status,
      acceptedNames: filled,
      storedVersions: storedVersions(crd),
      conditions: conditions(crd),
    },
  };
}

function storedVersions(crd: KubeObject): readonly Json[] {
  return listAt(crd, 'spec', 'versions')
    .filter((one) => valueAt(one, 'storage') === true)
    .map((one) => textAt(one, 'name') ?? '');
}

function conditions(crd: KubeObject): readonly Json[] {
  const existing = listAt(crd, 'status', 'conditions');
  if (existing.length > 0) {
    return existing;
  }
  const lastTransitionTime = crd.metadata.creationTimestamp;
  return [
    {
      type: 'NamesAccepted',
      status: 'True',
      lastTransitionTime,
      reason: 'NoConflicts',
      message: 'no conflicts found',
    },
    {
      type: 'Established',
      status: 'True',
      lastTransitionTime,
      reason: 'InitialNamesAccepted',
      message: 'the initial names have been accepted',
    },
  ];
}

function validateDefinition(crd: KubeObject): readonly FieldCause[] {
  const causes: FieldCause[] = [];
  const group = textAt(crd, 'spec', 'group') ?? '';
  const expected = `${textAt(crd, 'spec', 'names', 'plural')}.${group}`;
  if (crd.metadata.name !== expected) {
    causes.push({
      field: 'metadata.name',
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(crd.metadata.name)}: must be spec.names.plural+"."+spec.group`,
    });
  }
  if (!group.includes('.')) {
    causes.push({
      field: 'spec.group',
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(group)}: should be a domain with at least one dot`,
    });
  }
  if (storedVersions(crd).length !== 1) {
    causes.push({
      field: 'spec.versions',
      reason: 'FieldValueInvalid',
      message: 'Invalid value: must have exactly one version marked as storage version',
    });
  }
  if (textAt(crd, 'spec', 'conversion', 'strategy') === 'Webhook') {
    causes.push({
      field: 'spec.conversion.strategy',
      reason: 'FieldValueNotSupported',
      message: 'Unsupported value: "Webhook": supported values: "None"',
    });
  }
  listAt(crd, 'spec', 'versions').forEach((one, index) => {
    causes.push(...checkVersion(one, `spec.versions[${index}]`));
  });
  return causes;
}

function checkVersion(version: Json, path: string): readonly FieldCause[] {
  const root = valueAt(version, 'schema', 'openAPIV3Schema');
  if (root === undefined) {
    return [
      {
        field: `${path}.schema.openAPIV3Schema`,
        reason: 'FieldValueRequired',
        message: 'Required value: schemas are required',
      },
    ];
  }
  const causes: FieldCause[] = [];
  if (valueAt(root, 'type') !== 'object') {
    causes.push({
      field: `${path}.schema.openAPIV3Schema.type`,
      reason: 'FieldValueRequired',
      message: 'Required value: must be object at the root',
    });
  }
  checkExpressions(root, `${path}.schema.openAPIV3Schema`, causes);
  listAt(version, 'additionalPrinterColumns').forEach((column, index) => {
    const text = textAt(column, 'jsonPath') ?? '';
    const why = failureOf(() => jsonPath(text));
    if (why !== undefined) {
      const message = `Invalid value: ${JSON.stringify(text)}: ${why}`;
      causes.push({
        field: `${path}.additionalPrinterColumns[${index}].jsonPath`,
        reason: 'FieldValueInvalid',
        message,
      });
    }
  });
  return causes;
}

/** A pattern or rule that doesn't compile must fail here, not at the first object that it should check. */
function checkExpressions(schema: Json, path: string, causes: FieldCause[]): void {
  const pattern = textAt(schema, 'pattern');
  if (pattern !== undefined) {
    const why = failureOf(() => regularExpression(pattern));
    if (why !== undefined) {
      const message = `Invalid value: ${JSON.stringify(pattern)}: must be a valid regular expression: ${why}`;
      causes.push({ field: `${path}.pattern`, reason: 'FieldValueInvalid', message });
    }
  }
  listAt(schema, 'x-kubernetes-validations').forEach((rule, index) => {
    const text = textAt(rule, 'rule') ?? '';
    const why = failureOf(() => celExpression(text));
    if (why !== undefined) {
      const message = `Invalid value: ${JSON.stringify(text)}: compilation failed: ${why}`;
      causes.push({
        field: `${path}.x-kubernetes-validations[${index}].rule`,
        reason: 'FieldValueInvalid',
        message,
      });
    }
  });
  for (const [key, member] of Object.entries(objectAt(schema, 'properties'))) {
    checkExpressions(member ?? null, `${path}.properties[${key}]`, causes);
  }
  for (const key of ['items', 'additionalProperties'] as const) {
    const inner = valueAt(schema, key);
    if (inner !== undefined) {
      checkExpressions(inner, `${path}.${key}`, causes);
    }
  }
}

function failureOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
