import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { aFolderInPods } from '../harness/folder.ts';
import { startWorld } from '../harness/world.ts';

const isReal = Boolean(process.env.E2E_KUBECONFIG);
/** What the controller warns of, and what is for it to have ready. */
const ofOurs = /^(ScheduledBackup|RequestedBackupAction) |-token/;

const healthCode = 'the code of the scenario';

it('a schedule makes versions, rotation keeps the newest, status and health show it', async () => {
  await using world = await startWorld();
  const folder = await mkdtemp(join(tmpdir(), 'scheduled-'));
  await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
  await writeFile(join(folder, 'file.txt'), 'content');
  const digest = createHash('sha256').update(healthCode).digest('hex');
  await world.kubectl.apply([
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'health', namespace: world.namespace },
      stringData: { code: digest },
    },
  ]);
  await world.aUserAndACollection('files', {
    maxBackupsCount: 1,
    healthSecretRef: { name: 'health', entry: 'code' },
    windows: [{ from: '* * * * *', duration: '5m' }],
  });
  await world.iScheduleABackup('files', {
    template: 'tar',
    params: { path: '/data' },
    podTemplate: aFolderInPods(folder),
    cronJob: { enabled: true, scheduleEvery: '* * * * *' },
  });

  // Two runs of a schedule that is due every minute.
  const versions = await eventually(
    'a second version has taken the place of the first',
    async () => {
      const found = await world.versionsOf('files');
      return found.some(({ versionNumber }) => versionNumber >= 2) ? found : undefined;
    },
    { timeoutMs: 200_000, intervalMs: 2000 },
  );
  expect(versions).toHaveLength(1);

  const status = await eventually('the status tells of the last version', async () => {
    const scheduled = await world.kubectl.get('scheduledbackups', 'files', world.namespace);
    const { lastVersion } = (scheduled.status ?? {}) as { lastVersion?: { number: number } };
    return (lastVersion?.number ?? 0) >= 2 ? scheduled.status : undefined;
  });
  expect(status).toMatchObject({ lastSuccessTime: expect.any(String), nextRunTime: expect.any(String) });
  expect(status?.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));

  // A day on which all goes well has no alarms: they would teach people to look away. A real kubelet has its own.
  const events = await world.kubectl.run([
    ...['get', 'events', '-n', world.namespace, '--field-selector', 'type=Warning', '-o'],
    'jsonpath={range .items[*]}{.involvedObject.kind} {.involvedObject.name}: {.message}{"\\n"}{end}',
  ]);
  const warnings = events.split('\n').filter((line) => (isReal ? ofOurs.test(line) : line !== ''));
  expect(warnings).toEqual([]);

  const health = await fetch(
    `${world.repository.url}/api/stable/repository/collection/files/health?code=${encodeURIComponent(healthCode)}`,
  );
  expect(await health.json()).toMatchObject({ status: true });
});
