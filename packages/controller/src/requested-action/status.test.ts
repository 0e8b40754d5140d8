import { findCondition } from '@backup-maker/kube';
import type { RequestedBackupAction } from '@backup-maker/model';
import { describe, expect, it } from 'vitest';
import type { Job } from '../kinds.ts';
import { isHolding } from './hold.ts';
import { type ActionState, actionStatus } from './status.ts';

const now = new Date('2026-01-01T00:00:00Z');
const action = (status?: object): RequestedBackupAction =>
  ({
    apiVersion: 'riotkit.org/v1alpha1',
    kind: 'RequestedBackupAction',
    metadata: { name: 'a', namespace: 'n', uid: 'u', generation: 1 },
    spec: { action: 'restore', scheduledBackupRef: { name: 'shop' }, kindType: 'Job' },
    ...(status && { status }),
  }) as RequestedBackupAction;

function job(ending?: 'Complete' | 'Failed'): Job {
  const conditions = ending ? [{ type: ending, status: 'True', message: 'too slow' }] : [];
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'a-1' }, status: { conditions } };
}

const problem = { state: 'waiting', reason: 'SecretMissing', message: 'Secret "x" does not exist' } as const;
const states: Readonly<Record<string, ActionState>> = {
  problem: { type: 'problem', problem },
  waiting: { type: 'waiting', message: 'waiting for Job "b"' },
  running: { type: 'started', job: job() },
  succeeded: { type: 'started', job: job('Complete') },
  failed: { type: 'started', job: job('Failed'), detail: 'container main ended with exit code 3 (Error)' },
  lost: { type: 'lost', jobName: 'a-1' },
  'given-up': { type: 'given-up', message: 'too late' },
};

const statusIn = (name: string, warnings: readonly string[] = []) =>
  actionStatus(action(), { state: states[name] as ActionState, warnings, now });

const summary = (name: string) => {
  const { conditions, processed, healthy } = statusIn(name);
  const status = (type: string) => findCondition(conditions, type)?.status;
  const types = ['Ready', 'Reconciling', 'Stalled', 'Healthy', 'Complete', 'Failed'];
  return { ...Object.fromEntries(types.map((type) => [type, status(type)])), processed, healthy };
};

describe('an action is told to be', () => {
  it.each([
    [
      'problem',
      {
        Ready: 'False',
        Reconciling: 'True',
        Stalled: 'False',
        Healthy: 'False',
        processed: false,
        healthy: false,
      },
    ],
    [
      'waiting',
      {
        Ready: 'False',
        Reconciling: 'True',
        Stalled: 'False',
        Healthy: 'Unknown',
        processed: false,
        healthy: false,
      },
    ],
    [
      'running',
      {
        Ready: 'False',
        Reconciling: 'True',
        Stalled: 'False',
        Healthy: 'Unknown',
        processed: true,
        healthy: false,
      },
    ],
    [
      'succeeded',
      {
        Ready: 'True',
        Reconciling: 'False',
        Stalled: 'False',
        Healthy: 'True',
        Complete: 'True',
        processed: true,
        healthy: true,
      },
    ],
    [
      'failed',
      {
        Ready: 'False',
        Reconciling: 'False',
        Stalled: 'True',
        Healthy: 'False',
        Failed: 'True',
        processed: true,
        healthy: false,
      },
    ],
    [
      'lost',
      {
        Ready: 'False',
        Reconciling: 'False',
        Stalled: 'True',
        Healthy: 'False',
        Failed: 'True',
        processed: false,
        healthy: false,
      },
    ],
  ])('%s', (name, expected) => {
    expect(summary(name)).toEqual(expected);
  });
});

it('names in the end why a run failed and where its log is', () => {
  const { conditions } = statusIn('failed');
  const message = findCondition(conditions, 'Failed')?.message;
  expect(message).toContain('too slow');
  expect(message).toContain('exit code 3');
  expect(message).toContain('kubectl logs job/a-1');
});

it('tells what in its spec does not mean what it seems to mean, as long as that is so', () => {
  const warned = statusIn('running', ['spec.targetVersion is ignored', 'spec.kindType is "Pod"']);
  expect(findCondition(warned.conditions, 'SpecWarning')).toMatchObject({
    status: 'True',
    message: 'spec.targetVersion is ignored; spec.kindType is "Pod"',
  });
  const state = states.running as ActionState;
  const { conditions } = actionStatus(action(warned), { state, warnings: [], now });
  expect(findCondition(conditions, 'SpecWarning')).toBeUndefined();
});

describe('an action holds its schedule', () => {
  const holds = (state: string) => isHolding(action(statusIn(state)));

  it.each([
    ['problem', false],
    ['waiting', true],
    ['running', true],
    ['succeeded', false],
    ['failed', false],
  ])('while it is %s: %s', (state, expected) => {
    expect(holds(state)).toBe(expected);
  });

  it('not when another controller carried it out, before this one was installed', () => {
    expect(isHolding(action({ processed: true, healthy: true }))).toBe(false);
  });

  it('not before anything was looked at', () => {
    expect(isHolding(action())).toBe(false);
  });
});

describe('the phase', () => {
  it.each([
    ['problem', 'Waiting'],
    ['waiting', 'Waiting'],
    ['running', 'Running'],
    ['succeeded', 'Complete'],
    ['failed', 'Failed'],
    ['lost', 'Failed'],
    ['given-up', 'Failed'],
  ])('of an action that is %s is %s', (name, phase) => {
    expect(statusIn(name).phase).toBe(phase);
  });

  it('comes with the version, its size and how long it took', () => {
    const ended = job('Complete');
    const timed: Job = {
      ...ended,
      status: { ...ended.status, startTime: '2026-01-01T00:00:00Z', completionTime: '2026-01-01T00:01:30Z' },
    };
    const result = { versionNumber: 7, sizeBytes: 2048, durationMs: 1000 };
    const made = { ...action(), spec: { ...action().spec, action: 'backup' as const } };
    const state: ActionState = { type: 'started', job: timed, result };
    expect(actionStatus(made, { state, warnings: [], now })).toMatchObject({
      version: '7',
      size: 2048,
      displaySize: '2.0 KiB',
      duration: '1m 30s',
    });
    const restored = actionStatus(action(), { state: { type: 'started', job: timed }, warnings: [], now });
    expect(restored).toMatchObject({ version: 'latest', duration: '1m 30s' });
    expect(restored.size).toBeUndefined();
  });
});
