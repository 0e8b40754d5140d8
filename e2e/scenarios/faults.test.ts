import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { aBackupOfAFifo, aDumpInTwoHalves, expectBothHalves, triesAgain } from '../harness/fifo.ts';
import { jobsOf, someJob } from '../harness/jobs.ts';
import { partsAreGiven } from '../harness/settings.ts';
import { aTemporaryFolder } from '../harness/temporary-folder.ts';
import { startWorld } from '../harness/world.ts';

describe.skipIf(partsAreGiven(process.env))('a failure', () => {
  it('of a dump that fails half-way leaves no version, and the status says so', async () => {
    await using world = await startWorld();
    await using folder = await aTemporaryFolder();
    const fifo = await aBackupOfAFifo(world, folder.path, {
      dump: 'cat /data/fifo; exit 7',
      backoffLimit: 0,
    });
    const requested = await world.iRequest('backup', 'fifo');
    const dump = aDumpInTwoHalves(fifo);
    await dump.firstHalf();
    dump.secondHalf();
    const action = await world.actionIsOver(requested);
    expect(action.status).toMatchObject({ healthy: false, processed: true });
    expect(action.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Failed', status: 'True' }),
    );
    expect(await world.podOutputOf(requested)).toContain('7');
    expect(await world.versionsOf('fifo')).toEqual([]);
  });

  it('of the server during an upload costs time, not the backup', async () => {
    await using world = await startWorld();
    await using folder = await aTemporaryFolder();
    const fifo = await aBackupOfAFifo(world, folder.path);
    const action = await world.iRequest('backup', 'fifo');
    const dump = aDumpInTwoHalves(fifo);
    await dump.firstHalf();
    await world.server.kill();
    dump.secondHalf();
    await eventually('the client has tried in vain', () => triesAgain(world, action));
    await world.server.start();

    expect((await world.actionIsOver(action)).status?.healthy).toBe(true);
    expect(await world.versionsOf('fifo')).toHaveLength(1);
    await expectBothHalves(world, folder.path);
  });

  it('of the controller between making a Job and saying so makes no second Job', async () => {
    await using world = await startWorld();
    await using folder = await aTemporaryFolder();
    const fifo = await aBackupOfAFifo(world, folder.path);
    const action = await world.iRequest('backup', 'fifo');
    await someJob(world);
    await world.controller.kill();
    await world.controller.start();
    await writeFile(fifo, 'content');

    expect((await world.actionIsOver(action)).status?.healthy).toBe(true);
    expect(await jobsOf(world)).toHaveLength(1);
    expect(await world.versionsOf('fifo')).toHaveLength(1);
  });
});
