import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { aClient } from '../harness/client.ts';
import { aFolderInPods } from '../harness/folder.ts';
import { aTemporaryFolder } from '../harness/temporary-folder.ts';
import { startWorld } from '../harness/world.ts';

/** More than ten: a server that loses one in ten is noticed. */
const uploads = 12;

it('every version that the client reported as stored is there, with its content', async () => {
  await using world = await startWorld({ server: { args: ['--rate-default-limit', '200'] } });
  await using folder = await aTemporaryFolder();
  await world.aUserAndACollection('notes', { maxBackupsCount: uploads });
  const client = await aClient(world, 'notes', folder.path);
  const numbers = Array.from({ length: uploads }, (_, index) => index + 1);

  for (const number of numbers) {
    await client.make(`echo note ${number}`);
  }

  const stored = (await world.versionsOf('notes')).map(({ versionNumber }) => versionNumber);
  expect(
    stored.toSorted((a, b) => a - b),
    `the versions of ${uploads} uploads, all reported as stored`,
  ).toEqual(numbers);
  for (const number of numbers) {
    expect(await client.download(`v${number}`), `version ${number}`).toBe(`note ${number}\n`);
  }
});

it('a restore brings back the version that was asked for, not the latest', async () => {
  await using world = await startWorld();
  await using folder = await aTemporaryFolder();
  const file = join(folder.path, 'file.txt');
  await world.aUserAndACollection('files');
  await world.iScheduleABackup('files', {
    template: 'tar',
    params: { path: '/data' },
    podTemplate: aFolderInPods(folder.path),
  });

  for (const content of ['of the first version', 'of the second version', 'of neither']) {
    await writeFile(file, content);
    if (content !== 'of neither') {
      await world.iRequestABackup('files');
    }
  }
  await world.iRequestARestore('files', 'v1');
  expect(await readFile(file, 'utf8'), 'the file after a restore with targetVersion v1').toBe(
    'of the first version',
  );
  await world.iRequestARestore('files', 'latest');
  expect(await readFile(file, 'utf8'), 'the file after a restore with targetVersion latest').toBe(
    'of the second version',
  );
});
