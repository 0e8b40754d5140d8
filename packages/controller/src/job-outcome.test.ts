import { describe, expect, it } from 'vitest';
import { consecutiveFailures, lastDurationSeconds, outcomeOf, podFailure, resultOf } from './job-outcome.ts';
import type { Job, Pod } from './kinds.ts';

type Ending = 'Complete' | 'Failed' | undefined;

function job(name: string, ending: Ending, minute = 0): Job {
  const at = (second: number) =>
    `2026-01-01T00:${String(minute).padStart(2, '0')}:${String(second).padStart(2, '0')}Z`;
  const condition = ending && {
    type: ending,
    status: 'True',
    message: 'too slow',
    lastTransitionTime: at(30),
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, creationTimestamp: at(0) },
    status: {
      startTime: at(0),
      ...(ending === 'Complete' && { completionTime: at(30) }),
      conditions: condition ? [condition] : [],
    },
  };
}

function pod(terminated: { exitCode: number; message?: string; reason?: string }): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    status: { containerStatuses: [{ name: 'backup-maker', state: { terminated } }] },
  };
}

describe('outcomeOf', () => {
  it.each([
    [undefined, { type: 'running' }],
    ['Complete', { type: 'succeeded', finishedAt: '2026-01-01T00:00:30Z' }],
    ['Failed', { type: 'failed', finishedAt: '2026-01-01T00:00:30Z', reason: '', message: 'too slow' }],
  ] as const)('%s', (ending, expected) => {
    expect(outcomeOf(job('a', ending))).toEqual(expected);
  });

  it('does not take a condition that is not True for an end', () => {
    const conditions = [{ type: 'Complete', status: 'False' }];
    expect(outcomeOf({ ...job('a', undefined), status: { conditions } })).toEqual({ type: 'running' });
  });
});

it.each([
  [['Complete', 'Failed', 'Failed'], 2],
  [['Failed', 'Complete', undefined], 0],
  [['Failed'], 1],
  [[], 0],
] as const)('of the runs %j, oldest first, the last %i in a row failed', (endings, expected) => {
  expect(consecutiveFailures(endings.map((ending, index) => job(`j${index}`, ending, index)))).toBe(expected);
});

it('measures the newest run that succeeded', () => {
  expect(lastDurationSeconds([job('a', 'Complete', 1), job('b', 'Failed', 2)])).toBe(30);
  expect(lastDurationSeconds([job('b', 'Failed', 2)])).toBeUndefined();
});

describe('the result that a pod left', () => {
  const line = '{"versionNumber":3,"sizeBytes":1024,"durationMs":4200,"collectionId":"x"}';

  it('is read from the termination message of the container that succeeded', () => {
    expect(resultOf([pod({ exitCode: 0, message: `some text\n${line}\n` })])).toEqual({
      versionNumber: 3,
      sizeBytes: 1024,
      durationMs: 4200,
    });
  });

  it.each([
    ['of a failed container', { exitCode: 1, message: line }],
    ['that is no JSON', { exitCode: 0, message: '{oops' }],
    ['that is other text', { exitCode: 0, message: 'Version uploaded' }],
    ['with a number that is none', { exitCode: 0, message: '{"versionNumber":"3; rm"}' }],
    ['with a negative number', { exitCode: 0, message: '{"versionNumber":-1}' }],
    ['that is missing', { exitCode: 0 }],
  ])('%s is ignored', (_what, terminated) => {
    expect(resultOf([pod(terminated)])).toBeUndefined();
  });
});

describe('why a pod failed', () => {
  it('names container, exit code and reason, and nothing that the container printed', () => {
    expect(podFailure([pod({ exitCode: 3, reason: 'Error', message: 'password is hunter2' })])).toBe(
      'container backup-maker ended with exit code 3 (Error)',
    );
  });

  it('says why a container could not be started', () => {
    const message = 'exec: "tar":\n executable file not found';
    expect(podFailure([pod({ exitCode: 128, reason: 'StartError', message })])).toBe(
      'container backup-maker ended with exit code 128 (StartError): exec: "tar":; executable file not found',
    );
  });

  it('names what a container waits for', () => {
    const waiting = { reason: 'ImagePullBackOff', message: 'secret registry' };
    const stuck: Pod = {
      ...pod({ exitCode: 0 }),
      status: { containerStatuses: [{ name: 'main', state: { waiting } }] },
    };
    expect(podFailure([stuck])).toBe('container main is waiting: ImagePullBackOff');
  });

  it('says why no node takes it', () => {
    const message = '0/1 nodes are available: 1 Insufficient cpu.';
    const scheduled = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable' } as const;
    const condition = { ...scheduled, message, lastTransitionTime: '2026-01-01T00:00:00Z' };
    const pending: Pod = { ...pod({ exitCode: 0 }), status: { conditions: [condition] } };
    expect(podFailure([pending])).toBe(`no node takes the pod: ${message}`);
  });

  it('is nothing while all is well', () => {
    expect(podFailure([pod({ exitCode: 0 })])).toBeUndefined();
  });
});
