import { expect, it } from 'vitest';
import { aPostgresTable } from '../harness/database.ts';
import { readSettings } from '../harness/settings.ts';
import { startWorld } from '../harness/world.ts';

const { kubeconfig, programsImage } = readSettings(process.env);

it('an image with nothing but the dump programs gets the client injected', async ({ skip }) => {
  skip(
    kubeconfig !== undefined && programsImage === undefined,
    'needs E2E_PROGRAMS_IMAGE: an image with the dump programs and without the client',
  );
  await using world = await startWorld();
  await using table = await aPostgresTable();
  await world.aUserAndACollection('shop');
  // The embedded node records the name of an image and uses this machine's programs.
  const image = programsImage ?? 'postgres:15';
  await world.iScheduleABackup('shop', {
    template: 'postgres',
    params: table.params,
    password: table.password,
    podTemplate: { inject: true, image },
  });

  await table.insert('first');
  await world.iRequestABackup('shop');
  await table.insert('second');
  await world.iRequestARestore('shop');

  expect(await table.words()).toEqual(['first']);
  const pods = await world.kubectl.list('pods', world.namespace);
  const containers = pods.flatMap(({ spec }) => spec?.containers);
  expect(containers).toEqual([expect.objectContaining({ image }), expect.objectContaining({ image })]);
});
