import { type Json, listAt, numberAt, objectAt, textAt, valueAt } from '../json.ts';
import type { KubeObject } from '../object.ts';
import type { Schema } from '../schema/schema.ts';
import { age, ageColumn, nameColumn } from './column.ts';
import { jsonPath } from './json-path.ts';
import { objectMeta } from './metadata.ts';
import { type Column, type ResourceType, storageKey } from './resource-type.ts';

/** The resource types that a CustomResourceDefinition serves, one a version. */
export function customTypes(crd: KubeObject): readonly ResourceType[] {
  return listAt(crd, 'spec', 'versions')
    .filter((version) => valueAt(version, 'served') === true)
    .map((version) => customType(crd, version));
}

function customType(crd: KubeObject, version: Json): ResourceType {
  const names = objectAt(crd, 'status', 'acceptedNames');
  const group = textAt(crd, 'spec', 'group') ?? '';
  const plural = textAt(names, 'plural') ?? '';
  const kind = textAt(names, 'kind') ?? '';
  const versionName = textAt(version, 'name') ?? '';
  const warning = `${group}/${versionName} ${kind} is deprecated`;
  return {
    group,
    version: versionName,
    kind,
    plural,
    listKind: textAt(names, 'listKind') ?? `${kind}List`,
    singular: textAt(names, 'singular') ?? kind.toLowerCase(),
    shortNames: texts(listAt(names, 'shortNames')),
    categories: texts(listAt(names, 'categories')),
    namespaced: textAt(crd, 'spec', 'scope') === 'Namespaced',
    storageKey: storageKey(group, plural),
    schema: customSchema(objectAt(version, 'schema', 'openAPIV3Schema') as Schema),
    builtIn: false,
    hasStatus: valueAt(version, 'subresources', 'status') !== undefined,
    hasLog: false,
    hasGeneration: true,
    columns: customColumns(version),
    selectableFields: listAt(version, 'selectableFields').map((one) =>
      (textAt(one, 'jsonPath') ?? '').replace(/^\./, ''),
    ),
    behaviour: {},
    ...(valueAt(version, 'deprecated') === true && {
      deprecationWarning: textAt(version, 'deprecationWarning') ?? warning,
    }),
  };
}

/** Type and metadata are the server's to describe, whatever the definition says about them. */
function customSchema(schema: Schema): Schema {
  const text: Schema = { type: 'string' };
  return {
    ...schema,
    type: 'object',
    properties: { ...schema.properties, apiVersion: text, kind: text, metadata: objectMeta },
  };
}

function customColumns(version: Json): readonly Column[] {
  const own = listAt(version, 'additionalPrinterColumns').map(customColumn);
  return own.length === 0 ? [nameColumn, ageColumn] : [nameColumn, ...own];
}

function customColumn(definition: Json): Column {
  const type = (textAt(definition, 'type') ?? 'string') as Column['type'];
  const find = jsonPath(textAt(definition, 'jsonPath') ?? '');
  const format = textAt(definition, 'format');
  const description = textAt(definition, 'description');
  return {
    name: textAt(definition, 'name') ?? '',
    // Dates are given as ages, so for the client the column is text.
    type,
    priority: numberAt(definition, 'priority') ?? 0,
    ...(format !== undefined && { format }),
    ...(description !== undefined && { description }),
    cell: (object, nowMs) => customCell(find(object), type, nowMs),
  };
}

function customCell(found: readonly Json[], type: Column['type'], nowMs: number): Json {
  const first = found[0];
  if (first === undefined || first === null) {
    return null;
  }
  switch (type) {
    case 'date':
      return age(first, nowMs);
    case 'string':
      return found.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(',');
    case 'integer':
    case 'number':
      return typeof first === 'number' ? first : null;
    case 'boolean':
      return typeof first === 'boolean' ? first : null;
    default:
      return type satisfies never;
  }
}

function texts(list: readonly Json[]): readonly string[] {
  return list.filter((item) => typeof item === 'string');
}
