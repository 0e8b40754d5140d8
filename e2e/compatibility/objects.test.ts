import { existingObjects } from '@backup-maker/testing';
import { expect, it } from 'vitest';
import { startWorld } from '../harness/world.ts';

it('every object that an existing installation can hold is accepted by the API server', async () => {
  await using world = await startWorld();
  const items = existingObjects().map(({ kind, object }, index) => ({
    ...object,
    metadata: {
      name: `existing-${index}`,
      ...(kind.namespaced && { namespace: world.namespace }),
    },
  }));
  // Kubernetes before 1.25 knows no CEL: kubectl would look for the rules, the API server leaves them out.
  const accepted = await world.kubectl.run(
    ['create', '--dry-run=server', '--validate=false', '-o', 'name', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  );
  expect(accepted.trim().split('\n')).toHaveLength(items.length);
});

it('an object that is applied again as it is has not changed', async () => {
  await using world = await startWorld();
  const { namespace } = world;
  const collection = {
    apiVersion: 'backups.riotkit.org/v1alpha1',
    kind: 'BackupCollection',
    metadata: { name: 'shop', namespace },
    spec: {
      description: 'dumps of the shop',
      filenameTemplate: 'shop-${version}.sql.gz',
      maxBackupsCount: 5,
      maxOneVersionSize: '10MB',
      maxCollectionSize: '1.5G',
      strategyName: 'fifo',
      strategySpec: {},
      accessControl: [{ userName: 'admin', roles: ['backupUploader'] }],
    },
  };
  const user = {
    apiVersion: 'backups.riotkit.org/v1alpha1',
    kind: 'BackupUser',
    metadata: { name: 'admin', namespace },
    spec: {
      email: 'admin@example.org',
      roles: ['collectionManager'],
      password: '',
      passwordFromRef: { name: 'users', entry: 'admin' },
      accessKeys: [
        { name: 'ci', objects: [{ name: 'shop', type: 'collection', roles: ['backupUploader'] }] },
      ],
    },
  };
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [collection, user] });
  const apply = () => world.kubectl.run(['apply', '--validate=false', '-f', '-'], input);
  await apply();
  expect((await apply()).match(/ unchanged$/gm)).toHaveLength(2);
});
