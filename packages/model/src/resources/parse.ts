import { type Static, type TObject, Type } from 'typebox';
import { Value } from 'typebox/value';
import { Failure } from '../failure.ts';
import { objectNamePattern } from './fields.ts';
import { apiVersionOf, type Kind, type ObjectMeta, type Resource } from './kind.ts';

export interface Parsed<K extends Kind> {
  readonly resource: Resource<K>;
  /** What is not as it was written: fields that the kind does not have, and what has no effect. */
  readonly warnings: readonly string[];
}

const optionalText = Type.Optional(Type.String({ maxLength: 1024 }));
const texts = Type.Optional(Type.Record(Type.String(), Type.String()));

const Metadata = Type.Object({
  name: Type.String({ pattern: objectNamePattern, maxLength: 253 }),
  namespace: optionalText,
  uid: optionalText,
  resourceVersion: optionalText,
  generation: Type.Optional(Type.Integer()),
  creationTimestamp: optionalText,
  deletionTimestamp: optionalText,
  labels: texts,
  annotations: texts,
});

/**
 * Check an object that somebody wrote, fill in the defaults, and find the fields that nobody knows.
 * @throws Failure `invalid-input` that lists everything wrong, each with its path
 */
export function parseResource<K extends Kind>(kind: K, input: unknown): Parsed<K> {
  const named = describe(kind, input);
  const envelope = Type.Object({
    apiVersion: Type.Literal(apiVersionOf(kind)),
    kind: Type.Literal(kind.kind),
    metadata: Metadata,
    spec: kind.spec,
  });
  const object = Value.Default(envelope, withoutNulls(input)) as Readonly<Record<string, unknown>>;
  const errors = Value.Errors(envelope, object).map(
    (error) => `${dotted(error.instancePath)}${error.message}`,
  );
  if (errors.length > 0) {
    throw new Failure(
      'invalid-input',
      `${named} is not valid: ${[...new Set(errors)].slice(0, 20).join('; ')}`,
    );
  }
  const warnings = unknownFields(kind.spec, object.spec, 'spec').map(
    (path) => `${named} has an unknown field ${path}: it is ignored`,
  );
  const warn = (message: string) => warnings.push(`${named}: ${message}`);
  const written = object.spec as Static<TObject>;
  const spec = kind.normalize?.(written, warn) ?? written;
  const broken = kind.rules.filter((rule) => rule.holds !== undefined && !rule.holds(spec));
  if (broken.length > 0) {
    throw new Failure(
      'invalid-input',
      `${named} is not valid: spec: ${broken.map((rule) => rule.message).join('; ')}`,
    );
  }
  return {
    resource: {
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      metadata: object.metadata as ObjectMeta,
      spec: spec as Resource<K>['spec'],
      ...(object.status === undefined ? {} : { status: object.status as NonNullable<Resource<K>['status']> }),
    },
    warnings,
  };
}

/** A copy in which a field that was left empty is not there, which is what it means in YAML that people write. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutNulls);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const filled = Object.entries(value).filter(([, child]) => child !== null);
  return Object.fromEntries(filled.map(([key, child]) => [key, withoutNulls(child)]));
}

function describe(kind: Kind, input: unknown): string {
  const metadata = (input as { metadata?: { name?: unknown } } | null | undefined)?.metadata;
  return typeof metadata?.name === 'string' ? `${kind.kind} "${metadata.name.slice(0, 253)}"` : kind.kind;
}

/** `/spec/windows/0/from` as `spec.windows.0.from: `, as people write it. */
function dotted(pointer: string): string {
  return pointer === '' ? '' : `${pointer.slice(1).replaceAll('/', '.')}: `;
}

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
}

function unknownFields(schema: TObject | Node, value: unknown, path: string): string[] {
  const node = schema as Node;
  if (Array.isArray(value)) {
    return node.items
      ? value.flatMap((item, index) => unknownFields(node.items ?? {}, item, `${path}.${index}`))
      : [];
  }
  if (typeof value !== 'object' || value === null || node.properties === undefined) {
    return [];
  }
  const known = node.properties;
  return Object.entries(value).flatMap(([key, child]) => {
    const field = Object.hasOwn(known, key) ? known[key] : undefined;
    return field ? unknownFields(field, child, `${path}.${key}`) : [`${path}.${key}`];
  });
}
