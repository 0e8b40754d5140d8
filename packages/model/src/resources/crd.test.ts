import { describe, expect, it } from 'vitest';
import { crd, crds } from './crd.ts';
import { kinds } from './kinds.ts';
import { ScheduledBackup } from './scheduled-backup.ts';

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: unknown;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly 'x-kubernetes-int-or-string'?: boolean;
}

function problems(schema: Schema, path: string): readonly string[] {
  const typed = schema.type !== undefined || schema['x-kubernetes-int-or-string'] === true;
  const closed = schema.additionalProperties !== undefined && schema.properties !== undefined;
  const alsoRequired = (schema.required ?? []).filter(
    (name) => schema.properties?.[name]?.default !== undefined,
  );
  return [
    ...(typed ? [] : [`${path} has no type`]),
    // Kubernetes 1.20 reads an empty text as null, which no type allows.
    ...(schema.default === '' ? [`${path} has an empty default`] : []),
    ...(closed ? [`${path} has properties and additionalProperties`] : []),
    ...alsoRequired.map((name) => `${path}.${name} is required and has a default`),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, child]) => problems(child, `${path}.${name}`)),
    ...(schema.items ? problems(schema.items, `${path}[]`) : []),
  ];
}

describe('crd', () => {
  it.each(kinds.map((kind) => [kind.kind, kind] as const))('of %s is structural', (_name, kind) => {
    const definition = crd(kind) as { spec: { versions: { schema: { openAPIV3Schema: Schema } }[] } };
    const schema = definition.spec.versions[0]?.schema.openAPIV3Schema;
    expect(schema).toBeDefined();
    expect(problems(schema ?? {}, kind.kind)).toEqual([]);
  });

  it('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(crds()))).toEqual(crds());
  });

  it('is named after plural and group, and serves the status subresource of kinds that have a status', () => {
    expect(crd(ScheduledBackup)).toMatchObject({
      metadata: { name: 'scheduledbackups.riotkit.org' },
      spec: { scope: 'Namespaced', versions: [{ name: 'v1alpha1', subresources: { status: {} } }] },
    });
  });
});
