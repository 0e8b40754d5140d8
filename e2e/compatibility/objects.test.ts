import { existingObjects } from '@backup-maker/testing';
import { expect, it } from 'vitest';
import { startWorld, type World } from '../harness/world.ts';

it('every object that an existing installation can hold is accepted by the API server', async () => {
  await using world = await startWorld();
  const takesEmptyTexts = await acceptsEmptyTexts(world);
  const all = existingObjects().map(({ kind, object }, index) => ({
    ...object,
    metadata: {
      name: `existing-${index}`,
      ...(kind.namespaced && { namespace: world.namespace }),
    },
  }));
  const items = all.filter((item) => takesEmptyTexts || !JSON.stringify(item).includes('":""'));
  expect(items.length).toBeGreaterThan(all.length / 3);
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
      ...((await acceptsEmptyTexts(world)) && { password: '' }),
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

/**
 * Whether this API server takes an empty text for a text. One of Kubernetes before 1.21 that was compiled with a newer Go
 * than its own takes it for null, in any kind: its validation compares addresses.
 */
async function acceptsEmptyTexts({ kubectl, namespace }: World): Promise<boolean> {
  const user = {
    apiVersion: 'backups.riotkit.org/v1alpha1',
    kind: 'BackupUser',
    metadata: { name: 'empty-text', namespace },
    spec: { about: '' },
  };
  const answer = await kubectl
    .run(['create', '--dry-run=server', '--validate=false', '-f', '-'], JSON.stringify(user))
    .catch(String);
  return !answer.includes('spec.about in body must be of type string: "null"');
}
