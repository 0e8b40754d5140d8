import type { Json } from '../json.ts';
import type { KubeObject } from '../object.ts';
import type { Schema } from '../schema/schema.ts';
import type { FieldCause } from '../status-error.ts';

/** A column of `kubectl get`. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description?: string;
  /** 0 is always shown, others with `-o wide`. */
  readonly priority?: number;
  readonly cell: (object: KubeObject, nowMs: number) => Json;
}

/** What a built-in kind does beyond its schema. Every function is pure. */
export interface Behaviour {
  /** Before validation of a new object: what the server fills in that no schema default can say. */
  readonly prepareCreate?: (object: KubeObject) => KubeObject;
  readonly prepareUpdate?: (object: KubeObject, old: KubeObject) => KubeObject;
  readonly validate?: (object: KubeObject) => readonly FieldCause[];
  readonly validateUpdate?: (object: KubeObject, old: KubeObject) => readonly FieldCause[];
  /** Seconds that a deleted object may take to end; undefined where it goes at once. */
  readonly gracePeriodSeconds?: (object: KubeObject) => number | undefined;
  /** What deletion without a policy does to children; background where it is not said. */
  readonly orphansByDefault?: boolean;
}

/** One served version of one resource. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Where the store keeps it: the same for all versions. */
  readonly storageKey: string;
  readonly schema: Schema;
  readonly builtIn: boolean;
  readonly hasStatus: boolean;
  readonly hasLog: boolean;
  /** Kinds without a spec (Secret, ConfigMap) have no generation. */
  readonly hasGeneration: boolean;
  readonly columns: readonly Column[];
  /** Paths that a field selector may use, besides metadata.name and metadata.namespace. */
  readonly selectableFields: readonly string[];
  readonly behaviour: Behaviour;
  /** A notice for every client that uses this version. */
  readonly deprecationWarning?: string;
}

export function groupVersion(type: Pick<ResourceType, 'group' | 'version'>): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

export function storageKey(group: string, plural: string): string {
  return `${group}/${plural}`;
}

export interface BuiltInDefinition {
  readonly group?: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly namespaced?: boolean;
  readonly schema: Schema;
  readonly hasStatus?: boolean;
  readonly hasLog?: boolean;
  readonly hasGeneration?: boolean;
  readonly columns: readonly Column[];
  readonly selectableFields?: readonly string[];
  readonly behaviour?: Behaviour;
}

export function builtInType(definition: BuiltInDefinition): ResourceType {
  const group = definition.group ?? '';
  return {
    shortNames: [],
    categories: [],
    namespaced: true,
    hasStatus: false,
    hasLog: false,
    hasGeneration: false,
    selectableFields: [],
    behaviour: {},
    ...definition,
    group,
    listKind: `${definition.kind}List`,
    singular: definition.kind.toLowerCase(),
    storageKey: storageKey(group, definition.plural),
    builtIn: true,
  };
}
