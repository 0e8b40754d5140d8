import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startPostgres } from '@backup-maker/testing';
import { describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { aBackupOfAFifo, aDumpInTwoHalves, expectBothHalves, triesAgain } from '../harness/fifo.ts';
import { aFolderInPods } from '../harness/folder.ts';
import { isComplete, jobsOf, someJob } from '../harness/jobs.ts';
import { partsAreGiven } from '../harness/settings.ts';
import { aSmallDisk } from '../harness/small-disk.ts';
import { aTemporaryFolder } from '../harness/temporary-folder.ts';
import { startWorld } from '../harness/world.ts';

describe.skipIf(partsAreGiven(process.env))('an outage', () => {
  it('of the network between controller and API server delays actions, and repeats none', async () => {
    await using world = await startWorld({ cable: true });
    await using folder = await aTemporaryFolder();
    const fifo = await aBackupOfAFifo(world, folder.path);
    const cut = async () => {
      world.cable?.cut();
      await eventually('the controller tries in vain', async () =>
        world.cable?.refused() ? true : undefined,
      );
    };
    const first = await world.iRequest('backup', 'fifo');
    await someJob(world);

    await cut();
    await writeFile(fifo, 'content');
    await eventually('the Job is complete', async () =>
      (await jobsOf(world)).some(isComplete) ? true : undefined,
    );
    const second = await world.iRequest('restore', 'fifo');
    const unseen = await world.kubectl.get('requestedbackupactions', second, world.namespace);
    expect(unseen.status, 'of an action that the controller cannot see').toBeUndefined();
    world.cable?.mend();

    expect((await world.actionIsOver(first)).status).toMatchObject({ healthy: true, processed: true });
    expect((await world.actionIsOver(second)).status).toMatchObject({ healthy: true, processed: true });
    expect(await jobsOf(world), 'one Job for each action').toHaveLength(2);
    expect(await world.versionsOf('fifo')).toHaveLength(1);
    expect(await readFile(join(folder.path, 'restored'), 'utf8')).toBe('content');
  });

  it('of a storage that is full fails the backup and says why, and keeps what was stored before', async () => {
    await using disk = await aSmallDisk(4);
    const storage = join(disk.path, 'storage');
    await using world = await startWorld({ server: { env: { BR_STORAGE_DRIVER_URL: `file://${storage}` } } });
    await using folder = await aTemporaryFolder();
    const file = join(folder.path, 'file');
    await world.aUserAndACollection('files');
    await world.iScheduleABackup('files', {
      template: 'tar',
      params: { path: '/data' },
      podTemplate: aFolderInPods(folder.path),
      backoffLimit: 0,
    });
    await writeFile(file, 'small');
    await world.iRequestABackup('files');
    const before = await readdir(storage, { recursive: true });

    const large = randomBytes(8 * 1024 * 1024);
    await writeFile(file, large);
    const action = await world.actionIsOver(await world.iRequest('backup', 'files'));
    expect(action.status).toMatchObject({ healthy: false, processed: true });
    expect(await world.podOutputOf(action.metadata.name), 'what the pod says').toContain(
      'the storage has no room left',
    );
    expect(await world.versionsOf('files')).toHaveLength(1);
    await eventually('nothing of the refused upload is left', async () =>
      (await readdir(storage, { recursive: true })).length === before.length ? true : undefined,
    );
    await world.iRequestARestore('files');
    expect(await readFile(file, 'utf8')).toBe('small');

    await disk.resize(64);
    await writeFile(file, large);
    await world.iRequestABackup('files');
    await writeFile(file, 'damaged');
    await world.iRequestARestore('files');
    expect((await readFile(file)).equals(large)).toBe(true);
    expect((await world.versionsOf('files')).map(({ versionNumber }) => versionNumber).toSorted()).toEqual([
      1, 2,
    ]);
  });

  it('of the database during an upload costs time, not the backup', async () => {
    await using postgres = await startPostgres();
    await postgres.query('CREATE DATABASE repository');
    const { user, password, host, port } = postgres;
    const database = `postgres://${user}:${password}@${host}:${port}/repository`;
    await using world = await startWorld({ server: { env: { BR_DB_URL: database } } });
    await using folder = await aTemporaryFolder();
    const fifo = await aBackupOfAFifo(world, folder.path);
    const action = await world.iRequest('backup', 'fifo');
    const dump = aDumpInTwoHalves(fifo);
    await dump.firstHalf();
    await postgres.stop();
    dump.secondHalf();
    await eventually('the client has tried in vain', () => triesAgain(world, action));
    await postgres.start();

    expect((await world.actionIsOver(action)).status?.healthy).toBe(true);
    expect(await world.versionsOf('fifo')).toHaveLength(1);
    expect(await jobsOf(world)).toHaveLength(1);
    await expectBothHalves(world, folder.path);
  });
});
