import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { aFolderInPods } from '../harness/folder.ts';
import { aTemporaryFolder } from '../harness/temporary-folder.ts';
import { startWorld, type World } from '../harness/world.ts';

const run = promisify(execFile);

/** A procedure that stores what comes out of a FIFO, so that the scenario decides when and how much. */
async function aBackupOfAFifo(world: World, folder: string): Promise<string> {
  const fifo = join(folder, 'fifo');
  await run('mkfifo', [fifo]);
  const name = `fifo-${world.namespace}`;
  await world.kubectl.apply([
    {
      apiVersion: 'riotkit.org/v1alpha1',
      kind: 'ClusterBackupProcedureTemplate',
      metadata: { name },
      spec: {
        backup:
          "set -eu\nexec backup-maker make --url {{ .Repository.url }} --collection-id {{ .Repository.collectionId }} --key {{ .Repository.encryptionKeyPath }} -c 'cat /data/fifo'\n",
        restore:
          "set -eu\nexec backup-maker restore --url {{ .Repository.url }} --collection-id {{ .Repository.collectionId }} --private-key {{ .Repository.encryptionKeyPath }} -c 'cat > /data/restored'\n",
      },
    },
  ]);
  await world.aUserAndACollection('fifo');
  await world.iScheduleABackup('fifo', {
    template: { kind: 'ClusterBackupProcedureTemplate', name },
    params: {},
    podTemplate: aFolderInPods(folder),
  });
  return fifo;
}

describe('a fault', () => {
  it('of a dump that fails half-way leaves no version, and the status says so', async () => {
    await using world = await startWorld();
    await using folder = await aTemporaryFolder();
    await writeFile(join(folder.path, 'file'), 'content');
    await world.aUserAndACollection('files');
    await world.iScheduleABackup('files', {
      template: 'tar',
      params: { path: '/data/does-not-exist' },
      podTemplate: aFolderInPods(folder.path),
      backoffLimit: 0,
    });
    const action = await world.actionIsOver(await world.iRequest('backup', 'files'));
    expect(action.status).toMatchObject({ healthy: false, processed: true });
    expect(action.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Failed', status: 'True' }),
    );
    expect(await world.versionsOf('files')).toEqual([]);
  });

  it('of the server during an upload costs time, not the backup', async () => {
    await using world = await startWorld();
    await using folder = await aTemporaryFolder();
    const fifo = await aBackupOfAFifo(world, folder.path);
    const action = await world.iRequest('backup', 'fifo');
    const dump = createWriteStream(fifo);
    const write = (text: string) => new Promise((resolve) => dump.write(text, resolve));
    // Far more than what pipes and buffers hold: some of it is at the server when that ends.
    await write('first half\n'.repeat(3_000_000));
    await world.server.kill();
    const rest = write('second half\n');
    await world.server.start();
    await rest;
    dump.end();

    expect((await world.actionIsOver(action)).status?.healthy).toBe(true);
    expect(await world.versionsOf('fifo')).toHaveLength(1);
    await world.iRequestARestore('fifo');
    const restored = await readFile(join(folder.path, 'restored'), 'utf8');
    expect(restored.length).toBe('first half\n'.length * 3_000_000 + 'second half\n'.length);
    expect(restored.endsWith('half\nsecond half\n')).toBe(true);
  });

  it('of the controller between making a Job and saying so makes no second Job', async () => {
    await using world = await startWorld();
    await using folder = await aTemporaryFolder();
    const fifo = await aBackupOfAFifo(world, folder.path);
    const action = await world.iRequest('backup', 'fifo');
    const jobs = () => world.kubectl.list('jobs', world.namespace);
    await eventually('there is a Job', async () => ((await jobs()).length > 0 ? true : undefined), {
      intervalMs: 20,
    });
    await world.controller.kill();
    await world.controller.start();
    await writeFile(fifo, 'content');

    expect((await world.actionIsOver(action)).status?.healthy).toBe(true);
    expect(await jobs()).toHaveLength(1);
    expect(await world.versionsOf('fifo')).toHaveLength(1);
  });
});
