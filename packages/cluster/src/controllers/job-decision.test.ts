import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { isFinished } from './job-condition.ts';
import { trackingFinalizer } from './job-count.ts';
import { decideJob } from './job-decision.ts';

const now = Date.parse('2026-01-01T12:00:00Z');
const created = '2026-01-01T11:59:00Z';

function job(spec: JsonObject = {}, status: JsonObject = {}, metadata: JsonObject = {}): KubeObject {
  const full = {
    parallelism: 1,
    completions: 1,
    backoffLimit: 2,
    template: { spec: { restartPolicy: 'Never' } },
    ...spec,
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'j', uid: 'j', resourceVersion: '1', creationTimestamp: created, ...metadata },
    spec: full,
    status,
  };
}

function pod(
  uid: string,
  phase: string,
  finishedAt = '2026-01-01T11:59:50Z',
  metadata: JsonObject = {},
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: uid,
      uid,
      resourceVersion: '1',
      creationTimestamp: created,
      finalizers: [trackingFinalizer],
      ...metadata,
    },
    status: { phase, containerStatuses: [{ state: { terminated: { finishedAt } } }] },
  };
}

const released = (uid: string, phase: string): KubeObject => pod(uid, phase, undefined, { finalizers: [] });
const types = (status: JsonObject): unknown =>
  (status.conditions as readonly JsonObject[] | undefined)?.map((one) => one.type);

describe('a Job', () => {
  test('starts with its pod and the time', () => {
    const decision = decideJob(job(), [], now);
    expect(decision).toMatchObject({ createPods: 1, status: { startTime: '2026-01-01T12:00:00Z' } });
  });

  test('makes no second pod while the first runs', () => {
    expect(decideJob(job(), [pod('a', 'Running')], now)).toMatchObject({
      createPods: 0,
      status: { active: 1 },
    });
  });

  test('makes as many as parallelism and what is left of completions allow', () => {
    const wide = job({ parallelism: 3, completions: 4 }, { succeeded: 2 });
    expect(decideJob(wide, [pod('a', 'Running')], now).createPods).toBe(1);
  });

  test('first notes the end of a pod, then releases it, then counts it', () => {
    const noted = decideJob(job(), [pod('a', 'Succeeded')], now);
    expect(noted.status).toMatchObject({
      uncountedTerminatedPods: { succeeded: ['a'] },
      succeeded: undefined,
    });
    expect(noted.release).toHaveLength(1);
    expect(isFinished({ ...job(), status: noted.status })).toBeUndefined();
    const counted = decideJob(job({}, noted.status), [released('a', 'Succeeded')], now);
    expect(counted.status).toMatchObject({
      succeeded: 1,
      uncountedTerminatedPods: {},
      completionTime: '2026-01-01T12:00:00Z',
    });
    expect(types(counted.status)).toEqual(['SuccessCriteriaMet', 'Complete']);
    expect(counted.event?.reason).toBe('Completed');
  });

  test('counts a noted end once, though the pod is seen again', () => {
    const status = { uncountedTerminatedPods: { failed: ['a'] } };
    expect(decideJob(job({}, status), [pod('a', 'Failed')], now).status).toMatchObject({
      uncountedTerminatedPods: { failed: ['a'] },
      failed: undefined,
    });
  });

  test('waits after failures, longer each time', () => {
    const after = (...finished: readonly string[]): number | undefined => {
      const pods = finished.map((time, index) => pod(`p${index}`, 'Failed', time));
      return decideJob(job({ backoffLimit: 9 }), pods, now).againMs;
    };
    expect(after('2026-01-01T11:59:58Z')).toBe(8_000);
    expect(after('2026-01-01T11:59:30Z', '2026-01-01T11:59:58Z')).toBe(18_000);
    expect(after('2026-01-01T11:50:00Z')).toBeUndefined();
  });

  test('waits no longer than it would have when the clock was set back since', () => {
    const ahead = pod('a', 'Failed', '2026-01-03T12:00:00Z');
    expect(decideJob(job({ backoffLimit: 9 }), [ahead], now)).toMatchObject({
      createPods: 0,
      againMs: 10_000,
    });
  });

  test('fails when its pods have failed once more than backoffLimit', () => {
    const failed = decideJob(job({ backoffLimit: 1 }, { failed: 2 }), [], now);
    expect(types(failed.status)).toEqual(['FailureTarget', 'Failed']);
    expect(failed.event).toMatchObject({ type: 'Warning', reason: 'BackoffLimitExceeded' });
  });

  test('fails at its deadline, and first ends the pods that run', () => {
    const late = job({ activeDeadlineSeconds: 10 }, { startTime: '2026-01-01T11:59:00Z' });
    const ending = decideJob(late, [pod('a', 'Running')], now);
    expect(ending.deletePods).toHaveLength(1);
    expect(types(ending.status)).toEqual(['FailureTarget']);
    expect(types(decideJob(late, [], now).status)).toEqual(['FailureTarget', 'Failed']);
  });

  test('that is suspended ends its pods and forgets its start', () => {
    const decision = decideJob(job({ suspend: true }, { startTime: created }), [pod('a', 'Running')], now);
    expect(decision.deletePods).toHaveLength(1);
    expect(decision.status.startTime).toBeUndefined();
    expect(types(decision.status)).toEqual(['Suspended']);
  });

  test('that is finished changes no more, and goes when its time to live is over', () => {
    const conditions = [{ type: 'Complete', status: 'True', lastTransitionTime: '2026-01-01T11:59:30Z' }];
    const done = { succeeded: 1, ready: 0, terminating: 0, uncountedTerminatedPods: {}, conditions };
    expect(decideJob(job({}, done), [], now)).toMatchObject({
      createPods: 0,
      deleteJob: false,
      status: done,
    });
    expect(decideJob(job({ ttlSecondsAfterFinished: 60 }, done), [], now)).toMatchObject({
      deleteJob: false,
      againMs: 30_000,
    });
    expect(decideJob(job({ ttlSecondsAfterFinished: 10 }, done), [], now).deleteJob).toBe(true);
  });

  test('without completions ends with the first success', () => {
    const queue = job({ completions: undefined, parallelism: 2 }, { succeeded: 1 });
    expect(types(decideJob(queue, [], now).status)).toContain('Complete');
    expect(decideJob(queue, [pod('a', 'Running')], now)).toMatchObject({ createPods: 0 });
  });

  test('with restartPolicy OnFailure counts restarts of containers against backoffLimit', () => {
    const restarting = job({ backoffLimit: 1, template: { spec: { restartPolicy: 'OnFailure' } } });
    const running = {
      ...pod('a', 'Running'),
      status: { phase: 'Running', containerStatuses: [{ restartCount: 2 }] },
    };
    expect(types(decideJob(restarting, [running], now).status)).toEqual(['FailureTarget']);
  });
});
