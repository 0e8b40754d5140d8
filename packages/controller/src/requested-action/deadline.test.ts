import type { RequestedBackupAction } from '@backup-maker/model';
import { describe, expect, it } from 'vitest';
import type { Job, Pod } from '../kinds.ts';
import { hasBegun, withStartDeadline } from './deadline.ts';
import type { ActionState } from './status.ts';

const at = (time: string) => new Date(`2026-01-${time}Z`);
const made = '2026-01-01T12:00:00Z';
const action = {
  metadata: { name: 'a', creationTimestamp: '2025-01-01T00:00:00Z' },
  status: {
    conditions: [{ type: 'Ready', status: 'False', reason: 'r', message: 'm', lastTransitionTime: made }],
  },
} as unknown as RequestedBackupAction;
const fresh = { metadata: action.metadata } as RequestedBackupAction;
const job = (status = {}): Job =>
  ({ metadata: { name: 'a-1', creationTimestamp: made }, status }) as unknown as Job;
const problem = { state: 'waiting', reason: 'SecretMissing', message: 'Secret "x" is missing' } as const;
const stuck: ActionState = { type: 'started', job: job(), hasBegun: false, detail: 'no image' };

describe('an action is given up', () => {
  it.each<[string, ActionState, string, string]>([
    ['that misses something', { type: 'problem', problem }, '02T12:00:00', '02T12:00:01'],
    ['that waits for another run', { type: 'waiting', message: 'w' }, '02T12:00:00', '02T12:00:01'],
    ['whose pod does not begin', stuck, '01T13:00:00', '01T13:00:01'],
  ])('%s after its time', (_, state, before, after) => {
    expect(withStartDeadline(state, action, at(before))).toBe(state);
    expect(withStartDeadline(state, action, at(after)).type).toBe('given-up');
  });

  it('with what was in the way', () => {
    expect(withStartDeadline(stuck, action, at('02T12:00:00'))).toMatchObject({
      message: 'it could not begin within 1h: Job "a-1": no image. Make another action',
    });
  });

  it('never when its pod began, nor when nobody has looked at it yet', () => {
    const running: ActionState = { type: 'started', job: job(), hasBegun: true };
    expect(withStartDeadline(running, action, at('09T00:00:00'))).toBe(running);
    const waiting: ActionState = { type: 'waiting', message: 'w' };
    expect(withStartDeadline(waiting, fresh, at('09T00:00:00'))).toBe(waiting);
  });
});

describe('a Job has begun', () => {
  const pod = (state: object) =>
    ({ status: { containerStatuses: [{ name: 'main', state }] } }) as unknown as Pod;

  it.each<[string, Job, readonly Pod[], boolean]>([
    ['without pods', job(), [], false],
    ['while its pod waits', job(), [pod({ waiting: { reason: 'ImagePullBackOff' } })], false],
    ['when a container runs', job(), [pod({ running: {} })], true],
    ['when a container has ended', job(), [pod({ terminated: { exitCode: 1 } })], true],
    ['when a pod failed', job({ failed: 1 }), [], true],
    ['when it has ended', job({ conditions: [{ type: 'Complete', status: 'True' }] }), [], true],
  ])('%s', (_, of, pods, begun) => {
    expect(hasBegun(of, pods)).toBe(begun);
  });
});
