import { findCondition, type KubeObject, timestamp } from '@backup-maker/kube';
import { steppedClock } from '@backup-maker/testing';
import { Registry } from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import { type Job, kinds } from '../src/kinds.ts';
import { type Environment, endJob, scheduledBackup, startEnvironment, wait } from './environment.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const daily = scheduledBackup('daily', { cronJob: { enabled: true, scheduleEvery: '0 2 * * *' } });

/** Jobs by their uid: a run of the same minute has the same name. */
const jobs = async ({ client, namespace }: Environment) =>
  (await client.list(kinds.job, { namespace })).items.map(({ metadata }) => metadata.uid);

/** The condition `Missed`, once it is as wanted. */
const missed = ({ client, namespace }: Environment, wanted: object, nextRunTime?: string) =>
  vi.waitFor(async () => {
    const backup = await client.get(kinds.scheduledBackup, { namespace, name: 'daily' });
    expect(findCondition(backup.status?.conditions, 'Missed')).toMatchObject(wanted);
    expect(backup.status).toMatchObject(nextRunTime === undefined ? {} : { nextRunTime });
    return backup.status;
  }, wait);

describe.skipIf(process.env.CONTROLLER_TEST_KUBECONFIG)('a clock that is set', () => {
  it('two days ahead and back makes one run, and the status tells what Kubernetes waits for', async () => {
    const clock = steppedClock();
    await using environment = await startEnvironment({ clock });
    const { client, namespace } = environment;
    await environment.start({ clock });
    await environment.apply(daily);
    const before = await missed(environment, { status: 'False' });

    clock.step(2 * dayMs);
    const [first] = await vi.waitFor(async () => {
      const { items } = await client.list(kinds.job, { namespace });
      expect(items).toHaveLength(1);
      return items;
    }, wait);
    const nextRun = timestamp(new Date(Date.parse(before?.nextRunTime ?? '') + 2 * dayMs));
    await missed(environment, { status: 'False', reason: 'OnSchedule' }, nextRun);
    await endJob(client, first as Job, 'Complete');

    clock.step(-2 * dayMs);
    await missed(environment, { status: 'Unknown', reason: 'ClockSetBack' }, nextRun);
    expect(await jobs(environment)).toEqual([first?.metadata.uid]);

    clock.step(25 * hourMs);
    const still = await missed(environment, { status: 'True', reason: 'RunMissed' });
    expect(findCondition(still?.conditions, 'Missed')?.message).toContain('delete CronJob "daily-backup"');
    expect(await jobs(environment)).toEqual([first?.metadata.uid]);

    // What the message says helps. The Jobs of the CronJob that was deleted go with it.
    await client.delete(environment.cronJobs, { namespace, name: 'daily-backup' });
    await vi.waitFor(
      () => client.get<KubeObject>(environment.cronJobs, { namespace, name: 'daily-backup' }),
      wait,
    );
    clock.step(dayMs);
    await vi.waitFor(async () => {
      const uids = await jobs(environment);
      expect(uids).toHaveLength(1);
      expect(uids).not.toContain(first?.metadata.uid);
    }, wait);
    await missed(environment, { status: 'False' });
  });

  it('ahead where no run begins is noticed at once, told once, and taken back with the clock', async () => {
    const clock = steppedClock();
    await using environment = await startEnvironment();
    const registry = new Registry();
    await environment.start({ clock, registry });
    await environment.apply(daily);
    await missed(environment, { status: 'False' });

    clock.step(2 * dayMs);
    await missed(environment, { status: 'True', reason: 'RunMissed' });
    expect(await registry.metrics()).toMatch(/^backup_controller_missed_runs_total\{.*name="daily".*\} 1$/m);

    clock.step(-2 * dayMs);
    await missed(environment, { status: 'False' });
    expect(await jobs(environment)).toEqual([]);
  });
});
