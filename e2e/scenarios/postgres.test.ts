import { expect, it } from 'vitest';
import { aPostgresTable } from '../harness/database.ts';
import { startWorld } from '../harness/world.ts';

it('a restored PostgreSQL database has the rows of its backup and no others', async () => {
  await using world = await startWorld();
  await using table = await aPostgresTable();
  await world.aUserAndACollection('shop');
  await world.iScheduleABackup('shop', {
    template: 'postgres',
    params: table.params,
    password: table.password,
  });

  await table.insert('first');
  await world.iRequestABackup('shop');
  await table.insert('second');
  await world.iRequestARestore('shop');

  expect(await table.words()).toEqual(['first']);
  expect(await world.versionsOf('shop')).toHaveLength(1);
});
