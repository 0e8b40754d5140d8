import { findCondition, isConditionTrue, type KubeObject } from '@backup-maker/kube';
import type { RequestedBackupAction } from '@backup-maker/model';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Job, kinds } from '../src/kinds.ts';
import {
  type Environment,
  endJob,
  requestedAction,
  scheduledBackup,
  secret,
  startEnvironment,
  wait,
} from './environment.ts';

let environment: Environment;
beforeAll(async () => {
  environment = await startEnvironment();
  await environment.start();
});
afterAll(() => environment[Symbol.asyncDispose]());

const named = (name: string) => ({ namespace: environment.namespace, name });
const read = (name: string) => environment.client.get(kinds.requestedAction, named(name));
const condition = (action: RequestedBackupAction, type: string) =>
  findCondition(action.status?.conditions, type);

async function jobsOf(action: string): Promise<readonly Job[]> {
  const jobs = await environment.client.list(kinds.job, { namespace: environment.namespace });
  return jobs.items.filter(({ metadata }) => metadata.ownerReferences?.some(({ name }) => name === action));
}

async function jobOf(action: string): Promise<Job> {
  return vi.waitFor(async () => {
    const [job] = await jobsOf(action);
    if (!job) {
      throw new Error(`no Job of ${action}: ${JSON.stringify((await read(action)).status)}`);
    }
    return job;
  }, wait);
}

async function ended(name: string): Promise<RequestedBackupAction> {
  return vi.waitFor(async () => {
    const action = await read(name);
    expect(
      isConditionTrue(action.status?.conditions, 'Complete') ||
        isConditionTrue(action.status?.conditions, 'Failed'),
    ).toBe(true);
    return action;
  }, wait);
}

describe('a requested backup', () => {
  it('runs as one Job and ends Complete and healthy', async () => {
    await environment.apply(scheduledBackup('one'), requestedAction('run-one', 'one'));
    const job = await jobOf('run-one');
    await vi.waitFor(async () => {
      const action = await read('run-one');
      expect(action.status).toMatchObject({ processed: true, healthy: false });
      expect(action.status?.childrenResourcesHealth).toMatchObject([
        { kind: 'Job', running: true, failed: false },
      ]);
      expect(condition(action, 'Complete') ?? condition(action, 'Failed')).toBeUndefined();
    }, wait);
    await endJob(environment.client, job, 'Complete');
    const action = await ended('run-one');
    expect(action.status?.healthy).toBe(true);
    expect(condition(action, 'Complete')?.status).toBe('True');
    expect(condition(action, 'Failed')).toBeUndefined();
    expect(condition(action, 'Ready')?.status).toBe('True');
    expect(await jobsOf('run-one')).toHaveLength(1);
  });

  it('ends Failed, not Complete, when its Job fails', async () => {
    await environment.apply(scheduledBackup('failing'), requestedAction('run-failing', 'failing'));
    await endJob(environment.client, await jobOf('run-failing'), 'Failed');
    const action = await ended('run-failing');
    expect(action.status?.healthy).toBe(false);
    expect(condition(action, 'Complete')).toBeUndefined();
    expect(condition(action, 'Failed')?.message).toContain('as the test wants');
  });

  it('is never run again: not after a restart, nor when its Job was deleted', async () => {
    await environment.apply(scheduledBackup('once'), requestedAction('run-once', 'once'));
    await endJob(environment.client, await jobOf('run-once'), 'Complete');
    const before = await ended('run-once');
    const [job] = await jobsOf('run-once');
    await environment.client.delete(kinds.job, named(job?.metadata.name ?? ''));
    await using _ = await environment.start();
    await environment.apply(
      scheduledBackup('once-marker'),
      requestedAction('run-once-marker', 'once-marker'),
    );
    await jobOf('run-once-marker');
    expect(await jobsOf('run-once')).toEqual([]);
    expect((await read('run-once')).status).toEqual(before.status);
  });

  it('fails when its Job disappears before its end was seen', async () => {
    await environment.apply(scheduledBackup('lost'), requestedAction('run-lost', 'lost'));
    const job = await jobOf('run-lost');
    await vi.waitFor(async () => expect((await read('run-lost')).status?.processed).toBe(true), wait);
    await environment.client.delete(kinds.job, named(job.metadata.name ?? ''));
    expect(condition(await ended('run-lost'), 'Failed')?.reason).toBe('JobLost');
    expect(await jobsOf('run-lost')).toEqual([]);
  });
});

describe('a requested restore', () => {
  const environmentOf = (job: Job) =>
    ((
      job as unknown as {
        spec: { template: { spec: { containers: { env?: { name: string; value?: string }[] }[] } } };
      }
    ).spec.template.spec.containers[0]?.env ?? []) as readonly { name: string; value?: string }[];

  it.each([
    ['latest', undefined],
    ['7', 7],
    ['v7', 'v7'],
  ])('gets RESTORE_VERSION=%s for the target version %s', async (expected, targetVersion) => {
    const name = `version-${expected}`;
    await environment.apply(
      scheduledBackup(name, { cronJob: { enabled: false } }),
      requestedAction(`restore-${name}`, name, {
        action: 'restore',
        ...(targetVersion !== undefined && { targetVersion }),
      }),
    );
    const job = await jobOf(`restore-${name}`);
    expect(environmentOf(job)).toContainEqual({ name: 'RESTORE_VERSION', value: expected });
  });

  it('waits for a backup that runs, and begins when that has ended', async () => {
    await environment.apply(
      scheduledBackup('busy', { cronJob: { enabled: false } }),
      requestedAction('backup-busy', 'busy'),
    );
    const backup = await jobOf('backup-busy');
    await environment.apply(requestedAction('restore-busy', 'busy', { action: 'restore' }));
    await vi.waitFor(async () => {
      const action = await read('restore-busy');
      expect(condition(action, 'Reconciling')).toMatchObject({
        status: 'True',
        reason: 'AwaitingExclusiveRun',
      });
      expect(condition(action, 'Reconciling')?.message).toContain(backup.metadata.name);
    }, wait);
    expect(await jobsOf('restore-busy')).toEqual([]);
    await endJob(environment.client, backup, 'Complete');
    await jobOf('restore-busy');
  });

  it('never runs beside another, however many are requested at once', async () => {
    await environment.apply(scheduledBackup('crowd', { cronJob: { enabled: false } }));
    const names = Array.from({ length: 6 }, (_, index) => `crowd-${index}`);
    await Promise.all(
      names.map((name, index) =>
        environment.apply(requestedAction(name, 'crowd', { action: index % 2 ? 'restore' : 'backup' })),
      ),
    );
    for (let finished = 0; finished < names.length; finished += 1) {
      const running = await vi.waitFor(async () => {
        const { items } = await environment.client.list(kinds.job, {
          namespace: environment.namespace,
          labelSelector: 'riotkit.org/scheduled-backup=crowd',
        });
        const active = items.filter((job) => !job.status?.conditions?.length);
        expect(active.length).toBeLessThanOrEqual(1);
        expect(active).toHaveLength(1);
        return active[0];
      }, wait);
      running && (await endJob(environment.client, running, 'Complete'));
    }
    for (const name of names) {
      await ended(name);
    }
  });
});

it.each(['backup', 'restore'])(
  'a requested %s holds the schedule first, and lets it go on afterwards',
  async (action) => {
    const name = `held-${action}`;
    await environment.apply(scheduledBackup(name), requestedAction(`run-${name}`, name, { action }));
    const cronJob = () => environment.client.get(environment.cronJobs, named(`${name}-backup`));
    const job = await jobOf(`run-${name}`);
    expect((await cronJob()).spec?.suspend).toBe(true);
    await endJob(environment.client, job, 'Complete');
    await ended(`run-${name}`);
    await vi.waitFor(async () => expect((await cronJob()).spec?.suspend).toBe(false), wait);
  },
);

describe('what is missing', () => {
  it('is named in a condition and an event, and does not hold the schedule', async () => {
    await environment.apply(requestedAction('orphan', 'no-such-backup'));
    await vi.waitFor(async () => {
      expect(condition(await read('orphan'), 'Ready')).toMatchObject({
        status: 'False',
        reason: 'ScheduledBackupMissing',
      });
    }, wait);
    expect(condition(await read('orphan'), 'Ready')?.message).toContain('no-such-backup');
    await vi.waitFor(async () => {
      const { items } = await environment.client.read<{
        items: { reason?: string; involvedObject?: { name: string } }[];
      }>(`/api/v1/namespaces/${environment.namespace}/events`);
      expect(items.filter(({ involvedObject }) => involvedObject?.name === 'orphan')).toMatchObject([
        { reason: 'ScheduledBackupMissing' },
      ]);
    }, wait);
  });

  it('starts the run at once when it appears', async () => {
    await environment.apply(
      scheduledBackup('waiting', { varsSecretRef: { secretName: 'waiting-vars' } }),
      requestedAction('run-waiting', 'waiting', { action: 'restore' }),
    );
    await vi.waitFor(
      async () => expect(condition(await read('run-waiting'), 'Ready')?.reason).toBe('SecretMissing'),
      wait,
    );
    expect(await jobsOf('run-waiting')).toEqual([]);
    await environment.apply(secret('waiting-vars', { 'Params.path': '/data' }));
    await jobOf('run-waiting');
  });
});

describe('loginSecretRef', () => {
  it('gives a run a token of its own, limited to what it does, and revokes it at the end', async () => {
    const calls: { path: string; body: Record<string, unknown>; authorization: string | null }[] = [];
    const answer = (data: object) => new Response(JSON.stringify({ status: true, data }), { status: 200 });
    const fakeFetch: typeof fetch = async (input, init) => {
      const path = new URL(String(input)).pathname;
      const body = init?.body ? (JSON.parse(String(init.body)) as Record<string, unknown>) : {};
      calls.push({ path, body, authorization: new Headers(init?.headers).get('authorization') });
      return path.endsWith('login')
        ? answer({ token: 'run-token-canary', sessionId: 'abc', expire: '2030-01-01T00:00:00Z', msg: 'ok' })
        : answer({ message: 'JWT was revoked', sessionId: 'abc' });
    };
    await using second = await startEnvironment();
    await second.start({ fetch: fakeFetch });
    await second.apply(
      secret('login', { username: 'shop', password: 'password-canary' }),
      scheduledBackup('login', {
        cronJob: { enabled: false },
        loginSecretRef: { secretName: 'login' },
        vars: 'Params:\n  path: /data\nRepository:\n  url: http://repository.invalid\n',
      }),
      requestedAction('run-login', 'login', { action: 'restore' }),
    );
    const job = await vi.waitFor(async () => {
      const jobs = await second.client.list(kinds.job, { namespace: second.namespace });
      expect(jobs.items).toHaveLength(1);
      return jobs.items[0] as Job;
    }, wait);
    const tokens = await second.client.list(kinds.secret, { namespace: second.namespace });
    const token = tokens.items.find(({ metadata }) => metadata.name?.endsWith('-token'));
    expect(Buffer.from(token?.data?.token ?? '', 'base64').toString()).toBe('run-token-canary');
    expect(token?.metadata.ownerReferences).toMatchObject([
      { kind: 'RequestedBackupAction', name: 'run-login' },
    ]);
    expect(JSON.stringify(job)).toContain(token?.metadata.name);
    expect(calls[0]?.body).toMatchObject({
      username: 'shop',
      operationsScope: { elements: [{ type: 'collection', name: 'files', roles: ['backupDownloader'] }] },
    });
    await endJob(second.client, job, 'Complete');
    await vi.waitFor(async () => {
      expect(
        await second.client.find(kinds.secret, {
          namespace: second.namespace,
          name: token?.metadata.name ?? '',
        }),
      ).toBeUndefined();
      expect(calls.at(-1)).toMatchObject({
        path: expect.stringContaining('logout'),
        authorization: 'Bearer run-token-canary',
      });
    }, wait);
    const events = await second.client.read<KubeObject>(`/api/v1/namespaces/${second.namespace}/events`);
    const action = await second.client.get(kinds.requestedAction, {
      namespace: second.namespace,
      name: 'run-login',
    });
    const everything = JSON.stringify([events, action, job]) + second.log();
    expect(everything).not.toMatch(/run-token-canary|password-canary/);
  });
});
