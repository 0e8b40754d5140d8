import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasPrograms } from '@backup-maker/testing';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Manifest, namespace, type Rule, render } from './render.ts';

const rightsOf = (component: string) =>
  permissions(
    (
      parse(
        readFileSync(join(import.meta.dirname, `../../packages/${component}/rbac.yaml`), 'utf8'),
      ) as Manifest
    ).rules ?? [],
  );

describe.skipIf(!hasPrograms('helm'))('rights that charts give', { timeout: 60_000 }, () => {
  it('are those of the server, in its namespace', async () => {
    const objects = await render('backup-repository-server', { values: { persistence: { enabled: true } } });
    const roles = bound(objects);
    expect(roles.map(({ kind, metadata }) => [kind, metadata.namespace])).toEqual([['Role', namespace]]);
    expect(roles.flatMap(({ rules }) => permissions(rules ?? []))).toEqual(rightsOf('server'));
  });

  it('are those of the controller, everywhere', async () => {
    const roles = bound(await render('backup-maker-controller'));
    expect(roles.map(({ kind }) => kind)).toEqual(['ClusterRole']);
    expect(roles.flatMap(({ rules }) => permissions(rules ?? []))).toEqual(rightsOf('controller'));
  });

  it('are those of the controller in the namespaces that it watches, and no more than templates elsewhere', async () => {
    const objects = await render('backup-maker-controller', {
      values: { watchNamespaces: ['shop', 'wiki'] },
    });
    const rightsIn = (place: string | undefined) =>
      bound(objects)
        .filter(({ metadata }) => metadata.namespace === place)
        .flatMap(({ rules }) => permissions(rules ?? []));
    const isOfLeases = (right: string) => right.endsWith('/leases');
    for (const place of ['shop', 'wiki']) {
      expect(rightsIn(place)).toEqual(rightsOf('controller').filter((right) => !isOfLeases(right)));
    }
    expect(rightsIn(namespace)).toEqual(rightsOf('controller').filter(isOfLeases));
    expect(rightsIn(undefined)).toEqual([
      'list riotkit.org/clusterbackupproceduretemplates',
      'watch riotkit.org/clusterbackupproceduretemplates',
    ]);
  });
});

/** The roles that a binding gives to somebody; the others are aggregated to those of a namespace. */
function bound(objects: readonly Manifest[]): readonly Manifest[] {
  const place = ({ kind, metadata }: Manifest) => `${kind} ${metadata.namespace}/${metadata.name}`;
  const bindings = objects.filter(({ kind }) => kind.endsWith('RoleBinding'));
  const names = bindings.map((binding) => place(binding).replace('Binding ', ' '));
  return objects.filter((object) => names.includes(place(object)));
}

function permissions(rules: readonly Rule[]): readonly string[] {
  return rules
    .flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((plural) => verbs.map((verb) => `${verb} ${group}/${plural}`)),
      ),
    )
    .toSorted();
}
