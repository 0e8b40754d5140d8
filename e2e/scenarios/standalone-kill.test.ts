import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { aFolderInPods } from '../harness/folder.ts';
import { seededRandom } from '../harness/random.ts';
import { isGivenCluster } from '../harness/settings.ts';
import { startStandaloneWorld } from '../harness/standalone.ts';

/** How often the process is killed; each time at another moment of a backup or of a restore. */
const kills = Number(process.env.E2E_KILLS ?? 20);
/** Longer than an action takes, so that some kills come after its end. */
const longestMs = 4000;
const seed = Number(process.env.E2E_SEED ?? 20_261_122);

it(`standalone killed ${kills} times during actions converges after each start (seed ${seed})`, async ({
  skip,
}) => {
  skip(isGivenCluster(process.env), 'needs the embedded cluster: it ends the process that this is part of');
  const random = seededRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), 'killed-'));
  await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
  const data = await mkdtemp(join(tmpdir(), 'killed-data-'));
  await using __ = { [Symbol.asyncDispose]: () => rm(data, { recursive: true }) };
  await using world = await startStandaloneWorld(folder);
  const file = join(data, 'file.txt');
  await writeFile(file, 'content');
  await world.aUserAndACollection('files', { maxBackupsCount: 100 });
  await world.iScheduleABackup('files', {
    template: 'tar',
    params: { path: '/data' },
    podTemplate: aFolderInPods(data),
    backoffLimit: 6,
  });
  const first = await world.iRequest('backup', 'files');
  // Otherwise that nothing is left behind would be no news.
  await eventually('the processes of a pod are seen', () => anyOf(processesOfPods(folder)), {
    intervalMs: 20,
  });
  expect((await world.actionIsOver(first)).status).toMatchObject({ healthy: true });

  const actions: string[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const operation = kill % 2 === 0 ? 'backup' : 'restore';
    actions.push(await world.iRequest(operation, 'files', operation === 'restore' ? 'latest' : undefined));
    await setTimeout(random() * longestMs);
    await world.process.kill();
    await eventually(
      'no process outlives the node',
      async () => ((await anyOf(processesOfPods(folder))) ? undefined : true),
      {
        timeoutMs: 5000,
      },
    );
    await world.process.start();
    const over = await world.actionIsOver(actions.at(-1) ?? '');
    expect(over.status, `${operation} after kill ${kill + 1}`).toMatchObject({
      healthy: true,
      processed: true,
    });
  }

  expect(await readFile(file, 'utf8')).toBe('content');
  const jobs = await world.kubectl.list('jobs', world.namespace);
  // One Job for each action, however often it was interrupted; none was made again after a restart.
  const owners = jobs.map(({ metadata }) => metadata.labels?.['riotkit.org/requested-backup-action']);
  expect(new Set(owners).size).toBe(owners.length);
  expect(owners).toHaveLength(actions.length + 1);
});

async function anyOf(found: Promise<readonly string[]>): Promise<true | undefined> {
  return (await found).length > 0 ? true : undefined;
}

/** Processes that see a volume or a root of a pod of this standalone, which is what only its pods do. */
async function processesOfPods(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    // A process that ends meanwhile has neither.
    const mounts = await readFile(`/proc/${pid}/mountinfo`, 'utf8').catch(() => '');
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (mounts.includes(folder)) {
      found.push(`${pid} ${command.replaceAll('\0', ' ')}`);
    }
  }
  return found;
}
