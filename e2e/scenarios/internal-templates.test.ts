import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  aFolderOfFiles,
  aMariaDbTable,
  anEtcdMember,
  aRedisList,
  aSqliteTable,
} from '../harness/data-sets.ts';
import { showLogsOnFailure } from '../harness/log-folder.ts';
import { startWorld, type World } from '../harness/world.ts';

// One world for all: they differ in nothing but the template.
let world: World;
beforeAll(async () => {
  // More actions a minute, from one address, than the server of one application has to expect.
  world = await startWorld({ server: { args: ['--rate-auth-limit', '600'] } });
});
afterAll(() => world?.[Symbol.asyncDispose]());
beforeEach(() => showLogsOnFailure(world.logs));

it.each([
  ['mariadb', aMariaDbTable],
  ['tar', aFolderOfFiles],
  ['redis', aRedisList],
  ['etcd', anEtcdMember],
  ['sqlite', aSqliteTable],
] as const)(
  'what the template %s backs up comes back without what was added later',
  async (template, aDataSet) => {
    await using data = await aDataSet();
    await world.aUserAndACollection(template);
    await world.iScheduleABackup(template, { template, ...data.backup });

    await data.insert('first');
    await world.iRequestABackup(template);
    await data.insert('second');
    expect(await data.words()).toEqual(['first', 'second']);
    await data.application?.stop();
    await world.iRequestARestore(template);
    await data.application?.start();

    expect(await data.words()).toEqual(['first']);
    expect(await world.versionsOf(template)).toHaveLength(1);
  },
);
