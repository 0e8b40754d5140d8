import { findCondition } from '@backup-maker/kube';
import type { ScheduledBackup } from '@backup-maker/model';
import { describe, expect, it } from 'vitest';
import type { CronJob, Job } from '../kinds.ts';
import { planOf } from './schedule.ts';
import { type Observation, scheduledBackupStatus } from './status.ts';

const backup = (spec: object = {}, status?: object, generation = 1): ScheduledBackup =>
  ({
    apiVersion: 'riotkit.org/v1alpha1',
    kind: 'ScheduledBackup',
    metadata: {
      name: 'shop',
      namespace: 'n',
      uid: 'u',
      generation,
      creationTimestamp: '2026-01-01T10:00:00Z',
    },
    spec: {
      operation: 'backup',
      collectionId: 'c',
      templateRef: { kind: 'internal', name: 'tar' },
      cronJob: { enabled: true, scheduleEvery: '0 2 * * *', concurrencyPolicy: 'Forbid' },
      backoffLimit: 2,
      ...spec,
    },
    ...(status && { status }),
  }) as ScheduledBackup;

const cronJob = (lastScheduleTime?: string): CronJob => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'shop-backup', labels: { 'riotkit.org/job-tracking-id': 'id' } },
  status: lastScheduleTime === undefined ? {} : { lastScheduleTime },
});

function job(name: string, type: 'Complete' | 'Failed', at: string): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, creationTimestamp: at },
    status: {
      completionTime: at,
      conditions: [{ type, status: 'True', lastTransitionTime: at, message: 'why' }],
    },
  };
}

const noon = (day: number) => new Date(Date.UTC(2026, 0, day, 12));

function statusOf(object: ScheduledBackup, observation: Partial<Observation> = {}) {
  return scheduledBackupStatus(object, {
    planned: planOf(object),
    problem: undefined,
    warnings: [],
    ownedReferences: [],
    cronJob: cronJob(),
    held: false,
    jobs: [],
    result: undefined,
    failureWords: undefined,
    now: noon(1),
    ...observation,
  });
}

const conditionOf = (status: ReturnType<typeof statusOf>, type: string) =>
  findCondition(status.conditions, type);

describe('runs', () => {
  it('tell the last success, the last failure and the version', () => {
    const jobs = [job('a', 'Complete', '2026-01-01T02:00:00Z'), job('b', 'Failed', '2026-01-01T03:00:00Z')];
    const result = { versionNumber: 7, sizeBytes: 2048, durationMs: 90_000 };
    expect(statusOf(backup(), { jobs, result })).toMatchObject({
      lastSuccessTime: '2026-01-01T02:00:00Z',
      lastFailureTime: '2026-01-01T03:00:00Z',
      lastVersion: { number: 7, size: 2048, displaySize: '2.0 KiB', duration: '1m 30s' },
      nextRunTime: '2026-01-02T02:00:00Z',
      healthy: false,
    });
  });

  it('stay known when their Jobs are cleaned up', () => {
    const known = { lastSuccessTime: '2026-01-01T02:00:00Z', lastVersion: { number: 7 } };
    expect(statusOf(backup({}, known))).toMatchObject(known);
  });

  it('are Healthy or not by the newest that ended', () => {
    const failedThenGood = [
      job('a', 'Failed', '2026-01-01T02:00:00Z'),
      job('b', 'Complete', '2026-01-01T03:00:00Z'),
    ];
    expect(conditionOf(statusOf(backup(), { jobs: failedThenGood }), 'Healthy')?.status).toBe('True');
    expect(statusOf(backup(), { jobs: failedThenGood }).healthy).toBe(true);
    expect(conditionOf(statusOf(backup(), { jobs: failedThenGood.slice(0, 1) }), 'Healthy')).toMatchObject({
      status: 'False',
      reason: 'LastRunFailed',
    });
    expect(conditionOf(statusOf(backup()), 'Healthy')?.status).toBe('Unknown');
  });
});

describe('the last run', () => {
  const failed = job('b', 'Failed', '2026-01-01T03:00:00Z');

  it('tells in its own words why it failed, and so does Ready', () => {
    const status = statusOf(backup(), { jobs: [failed], failureWords: 'connection refused' });
    expect(status.lastRun).toMatchObject({ job: 'b', result: 'Failed', message: 'why; connection refused' });
    const told = {
      status: 'False',
      reason: 'LastRunFailed',
      message: 'Job "b" failed: why; connection refused',
    };
    expect(conditionOf(status, 'Healthy')).toMatchObject(told);
    expect(conditionOf(status, 'Ready')).toMatchObject(told);
    expect(conditionOf(status, 'Stalled')?.status).toBe('False');
    expect(conditionOf(status, 'BackupObjectsInstallation')?.status).toBe('True');
  });

  it('stays known with its words, also when its Job is cleaned up', () => {
    const before = statusOf(backup(), { jobs: [failed], failureWords: 'connection refused' });
    for (const jobs of [[failed], [], [job('a', 'Complete', '2026-01-01T02:00:00Z')]]) {
      const after = statusOf(backup({}, before), { jobs });
      expect(after.lastRun).toEqual(before.lastRun);
      expect(conditionOf(after, 'Ready')?.message).toContain('connection refused');
      expect(after.healthy).toBe(false);
    }
  });

  it('is over when a later one succeeds', () => {
    const before = statusOf(backup(), { jobs: [failed] });
    const after = statusOf(backup({}, before), {
      jobs: [failed, job('c', 'Complete', '2026-01-01T04:00:00Z')],
    });
    expect(after.lastRun).toEqual({ job: 'c', result: 'Succeeded', finishedAt: '2026-01-01T04:00:00Z' });
    expect(conditionOf(after, 'Ready')?.status).toBe('True');
  });
});

describe('Ready', () => {
  it('is true while the next run is waited for', () => {
    const status = statusOf(backup());
    expect(conditionOf(status, 'Ready')?.status).toBe('True');
    expect(conditionOf(status, 'Reconciling')?.status).toBe('False');
    expect(conditionOf(status, 'Stalled')?.status).toBe('False');
  });

  it.each([
    ['waiting', 'True', 'False'],
    ['unavailable', 'True', 'False'],
    ['stalled', 'False', 'True'],
  ] as const)('is false with a problem that is %s', (state, reconciling, stalled) => {
    const status = statusOf(backup(), { problem: { state, reason: 'Why', message: 'because' } });
    expect(conditionOf(status, 'Ready')).toMatchObject({
      status: 'False',
      reason: 'Why',
      message: 'because',
    });
    expect(conditionOf(status, 'Reconciling')?.status).toBe(reconciling);
    expect(conditionOf(status, 'Stalled')?.status).toBe(stalled);
    expect(status.healthy).toBe(false);
  });
});

describe('Missed', () => {
  const missed = (object: ScheduledBackup, now: Date, lastScheduleTime?: string) =>
    conditionOf(statusOf(object, { now, cronJob: cronJob(lastScheduleTime) }), 'Missed')?.status;
  const since = (status: string, day: number, observedGeneration = 1) => ({
    conditions: [
      {
        type: 'Missed',
        status,
        reason: 'r',
        message: 'm',
        observedGeneration,
        lastTransitionTime: noon(day).toISOString(),
      },
    ],
  });

  it('is not said of runs before the schedule was there', () => {
    expect(missed(backup(), noon(5))).toBe('False');
  });

  it('is said of a run that was due and did not begin', () => {
    expect(missed(backup({}, since('False', 3)), noon(5))).toBe('True');
    expect(missed(backup({}, since('False', 3)), noon(5), '2026-01-04T02:00:00Z')).toBe('True');
  });

  it('is taken back when a run begins', () => {
    expect(missed(backup({}, since('True', 3)), noon(5), '2026-01-05T02:00:00Z')).toBe('False');
  });

  it('is not said of runs before the object was there, also after the clock went ahead and back', () => {
    expect(missed(backup({}, since('True', 9)), noon(1))).toBe('False');
  });

  describe('while the last run is ahead of the clock, which was set back,', () => {
    const ahead = '2026-01-09T02:00:00Z';
    const stateOf = (status: object, now: Date) => {
      const result = statusOf(backup({}, status), { now, cronJob: cronJob(ahead) });
      return { result, condition: conditionOf(result, 'Missed') };
    };

    it('is unknown, names what stands still until when, and the next run is after that', () => {
      const { result, condition } = stateOf(since('False', 3), noon(5));
      expect(condition).toMatchObject({ status: 'Unknown', reason: 'ClockSetBack' });
      expect(condition?.message).toContain('2026-01-09T02:00:00Z');
      expect(result.nextRunTime).toBe('2026-01-10T02:00:00Z');
    });

    it('is said of the first run that Kubernetes leaves out', () => {
      const { result } = stateOf(since('False', 3), noon(5));
      const { condition } = stateOf(result, noon(6));
      expect(condition).toMatchObject({ status: 'True', reason: 'RunMissed' });
      expect(condition?.message).toMatch(/^the run of 2026-01-06T02:00:00Z did not begin; .* delete CronJob/);
    });

    it('takes no difference between clocks for it', () => {
      const now = new Date('2026-01-09T01:59:00Z');
      expect(stateOf(since('False', 3), now).condition?.status).toBe('False');
    });
  });

  it('leaves a run its starting deadline', () => {
    const late = new Date(Date.UTC(2026, 0, 5, 2, 5));
    const spec = { cronJob: { enabled: true, scheduleEvery: '0 2 * * *', startingDeadlineSeconds: 600 } };
    expect(missed(backup({}, since('False', 3)), late, '2026-01-04T02:00:00Z')).toBe('True');
    expect(missed(backup(spec, since('False', 3)), late, '2026-01-04T02:00:00Z')).toBe('False');
  });

  it('is not asked for while suspended, and afterwards only of runs since then', () => {
    expect(missed(backup({ suspend: true }, since('False', 1)), noon(5))).toBe('Unknown');
    expect(missed(backup({}, since('Unknown', 1)), noon(5))).toBe('False');
  });

  it('is not said while the schedule is held for a requested action', () => {
    const status = statusOf(backup({}, since('False', 3)), { now: noon(5), held: true });
    expect(conditionOf(status, 'Missed')).toMatchObject({ status: 'Unknown', reason: 'Held' });
    expect(missed(backup({}, status), noon(5))).toBe('False');
  });

  it('is said of a run that is late while the schedule is held, and taken back when it begins', () => {
    const held = statusOf(backup({}, since('False', 3)), { now: noon(5), held: true });
    const late = statusOf(backup({}, held), { now: noon(6), held: true });
    expect(conditionOf(late, 'Missed')).toMatchObject({ status: 'True', reason: 'Held' });
    const later = statusOf(backup({}, late), { now: noon(7), held: true });
    expect(conditionOf(later, 'Missed')).toEqual(conditionOf(late, 'Missed'));
    expect(missed(backup({}, later), noon(7), '2026-01-07T02:00:00Z')).toBe('False');
  });

  it('begins anew after a change of the spec', () => {
    expect(missed(backup({}, since('False', 1, 1), 2), noon(5))).toBe('False');
  });
});

it('says nothing new when nothing is new', () => {
  const first = statusOf(backup());
  const second = statusOf(backup({}, first), { now: new Date(noon(1).getTime() + 60_000) });
  expect(second).toEqual(first);
});
