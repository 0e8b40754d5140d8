import { randomBytes } from 'node:crypto';
import { isConditionTrue, KubeError, startInformer, type Transport } from '@backup-maker/kube';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { outcomeOf } from '../src/job-outcome.ts';
import { type Job, kinds } from '../src/kinds.ts';
import {
  type Environment,
  endJob,
  requestedAction,
  scheduledBackup,
  startEnvironment,
  wait,
  waitingPods,
} from './environment.ts';

let environment: Environment;
beforeAll(async () => {
  environment = await startEnvironment();
});
afterAll(() => environment[Symbol.asyncDispose]());

/**
 * Pods that no node of a real cluster takes: those of all lives would use up the CPU of a small node, and the requests
 * that its kubelet may send. The node of the embedded cluster takes every pod.
 */
const podTemplate = { ...waitingPods, nodeSelector: { 'riotkit.org/never-made': 'true' } };

interface Crash {
  readonly wrapTransport: (transport: Transport) => Transport;
  /** Settles when the process would be dead. */
  readonly happened: Promise<void>;
  /** Writes that were sent until then. */
  readonly writes: readonly string[];
}

/** Dies at the n-th write: before it is sent, or after it was done and before the answer is read. */
function crashAt(n: number, when: 'before' | 'after'): Crash {
  const writes: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  let dead = false;
  const died = (): never => {
    dead = true;
    resolve();
    throw new KubeError('network', 'crashed on purpose');
  };
  const wrapTransport =
    (transport: Transport): Transport =>
    async (request) => {
      if (dead) {
        return died();
      }
      if (request.method === 'GET') {
        return transport(request);
      }
      writes.push(`${request.method} ${request.path.split('?')[0]}`);
      if (writes.length < n) {
        return transport(request);
      }
      if (when === 'after') {
        await transport(request);
      }
      return died();
    };
  return { wrapTransport, happened: promise, writes };
}

/**
 * Ends every Job as soon as it appears, and counts them: also those that would be gone at the end. The Job controller
 * of a real cluster may write what it saw before over the end; then the Job is ended again. A Job that could not be
 * ended is an error for whoever closes.
 */
function endJobs(namespace: string) {
  const uids = new Set<string>();
  // Each change is looked at, in their order: one that comes while a Job is being ended may be what undoes the end.
  let looks = Promise.resolve();
  const informer = startInformer<Job>({ client: environment.client, resource: kinds.job, namespace });
  informer.onChange(({ object }) => {
    uids.add(object.metadata.uid ?? '');
    looks = looks.then(() => endUnlessOver(object.metadata));
    looks.catch(() => {});
  });
  const close = async () => {
    await informer.close();
    await looks;
  };
  return { uids, [Symbol.asyncDispose]: close };
}

async function endUnlessOver({ namespace, name = '' }: Job['metadata']): Promise<void> {
  const job = await environment.client.find(kinds.job, { namespace, name });
  if (job && outcomeOf(job).type === 'running') {
    await endJob(environment.client, job, 'Complete');
  }
}

/** One whole life of a ScheduledBackup and a restore of it, with a crash on the way. Its namespace goes with it. */
async function liveThrough(name: string, crash: Crash): Promise<void> {
  await using home = await environment.addNamespace(name);
  const namespace = home.name;
  await environment.applyIn(
    namespace,
    scheduledBackup('shop', {
      podTemplate,
      gpgKeySecretRef: { secretName: 'key', email: 'a@example.org', createIfNotExists: true },
    }),
    requestedAction('restore', 'shop', { action: 'restore' }),
  );
  await using jobs = endJobs(namespace);
  const action = () => environment.client.get(kinds.requestedAction, { namespace, name: 'restore' });
  const isDone = async () => {
    expect(isConditionTrue((await action()).status?.conditions, 'Complete')).toBe(true);
    const cronJob = await environment.client.get(environment.cronJobs, { namespace, name: 'shop-backup' });
    expect(cronJob.spec?.suspend).toBe(false);
    const backup = await environment.client.get(kinds.scheduledBackup, { namespace, name: 'shop' });
    expect(isConditionTrue(backup.status?.conditions, 'Ready')).toBe(true);
  };
  const options = { namespaces: [namespace] };
  const first = await environment.start({ ...options, wrapTransport: crash.wrapTransport });
  await Promise.race([crash.happened, vi.waitFor(isDone, wait)]);
  const keyBefore = await environment.client.find(kinds.secret, { namespace, name: 'key' });
  await first.close();
  await using _second = await environment.start(options);
  await vi.waitFor(isDone, wait);
  expect(jobs.uids.size).toBe(1);
  const key = await environment.client.get(kinds.secret, { namespace, name: 'key' });
  expect(keyBefore === undefined || keyBefore.data?.key === key.data?.key).toBe(true);
}

it.each(['before', 'after'] as const)(
  'a crash %s any write leaves one Job, one key pair, and the same end',
  async (when) => {
    // Another try must not find what the first one left.
    const prefix = `${environment.namespace}-${when}-${randomBytes(2).toString('hex')}`;
    const never = crashAt(Number.POSITIVE_INFINITY, when);
    await liveThrough(`${prefix}-never`, never);
    // If a life had no writes, nothing would be tested.
    expect(never.writes.length).toBeGreaterThan(10);
    // A little further than that: a life with a crash may have more writes.
    const points = Array.from({ length: never.writes.length + 2 }, (_, index) => index + 1);
    const live = async () => {
      for (let n = points.shift(); n !== undefined; n = points.shift()) {
        await liveThrough(`${prefix}-${n}`, crashAt(n, when));
      }
    };
    await Promise.all([live(), live(), live(), live()]);
  },
  180_000,
);
