import { findCondition, type KubeObject, ownerReference } from '@backup-maker/kube';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type CronJob, type Job, kinds } from '../src/kinds.ts';
import { annotations } from '../src/labels.ts';
import {
  type Environment,
  endJob,
  requestedAction,
  scheduledBackup,
  secret,
  startEnvironment,
  wait,
} from './environment.ts';

interface Call {
  readonly path: string;
  readonly body: Record<string, unknown>;
}

const calls: Call[] = [];
/** A Backup Repository that gives a new token at every log-in. */
const fakeFetch: typeof fetch = async (input, init) => {
  const path = new URL(String(input)).pathname;
  calls.push({ path, body: init?.body ? (JSON.parse(String(init.body)) as Record<string, unknown>) : {} });
  const number = calls.filter((call) => call.path.endsWith('login')).length;
  const data = path.endsWith('login')
    ? { token: `token-${number}`, sessionId: `s${number}`, expire: '2030-01-01T00:00:00Z', msg: 'ok' }
    : { message: 'JWT was revoked', sessionId: `s${number}` };
  return new Response(JSON.stringify({ status: true, data }), { status: 200 });
};

let environment: Environment;
beforeAll(async () => {
  environment = await startEnvironment();
  await environment.start({ fetch: fakeFetch });
});
afterAll(() => environment[Symbol.asyncDispose]());

/** A real node wants an image with a shell; the embedded one uses the machine's. */
const { CONTROLLER_TEST_KUBECONFIG, CONTROLLER_TEST_IMAGE } = process.env;
const needsImage = CONTROLLER_TEST_KUBECONFIG !== undefined && CONTROLLER_TEST_IMAGE === undefined;

const named = (name: string) => ({ namespace: environment.namespace, name });

type CronJobWithTemplate = CronJob & {
  readonly spec: {
    readonly jobTemplate: { readonly metadata: Job['metadata']; readonly spec: NonNullable<Job['spec']> };
  };
};

/** What the CronJob controller does when the time has come. */
async function runOf(cronJobName: string, name: string): Promise<Job> {
  const cronJob = await vi.waitFor(
    () => environment.client.get(environment.cronJobs, named(cronJobName)),
    wait,
  );
  const { metadata, spec } = (cronJob as CronJobWithTemplate).spec.jobTemplate;
  return environment.client.create(kinds.job, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...named(name), ...metadata, ownerReferences: [ownerReference(cronJob)] },
    spec,
  });
}

const read = (name: string) => environment.client.get(kinds.scheduledBackup, named(name));

describe('a scheduled run', () => {
  it('gets a token of its own when it begins, and none is left when it has ended', async () => {
    await environment.apply(
      secret('login', { username: 'shop', password: 'password-canary' }),
      scheduledBackup('nightly', {
        loginSecretRef: { secretName: 'login' },
        vars: 'Params:\n  path: /data\nRepository:\n  url: http://repository.invalid\n',
      }),
    );
    const tokenOf = async () => {
      const stored = await environment.client.find(kinds.secret, named('nightly-backup-token'));
      return stored && Buffer.from(stored.data?.token ?? '', 'base64').toString();
    };
    for (const number of [1, 2]) {
      expect(await tokenOf()).toBeUndefined();
      const job = await runOf('nightly-backup', `nightly-${number}`);
      await vi.waitFor(async () => expect(await tokenOf()).toBe(`token-${number}`), wait);
      expect(JSON.stringify(job.spec)).toContain('nightly-backup-token');
      await endJob(environment.client, job, 'Complete');
      await vi.waitFor(async () => expect(await tokenOf()).toBeUndefined(), wait);
    }
    const paths = calls.map(({ path }) => path.split('/').at(-1));
    expect(paths).toEqual(['login', 'logout', 'login', 'logout']);
    expect(calls[0]?.body).toMatchObject({
      username: 'shop',
      operationsScope: { elements: [{ type: 'collection', name: 'files', roles: ['backupUploader'] }] },
    });
  });

  it('finds the token that was made for it shortly before it was due', async () => {
    const repository = 'Repository:\n  url: http://repository.invalid\n';
    await environment.apply(
      secret('early-login', { username: 'early', password: 'password-canary' }),
      scheduledBackup('early', {
        cronJob: { enabled: true, scheduleEvery: '* * * * *' },
        loginSecretRef: { secretName: 'early-login' },
        vars: `Params:\n  path: /data\n${repository}`,
      }),
    );
    const find = () => environment.client.find(kinds.secret, named('early-backup-token'));
    // Once a minute is more often than the longest time before a run, so there is always a token.
    const prepared = await vi.waitFor(
      async () => {
        const stored = await find();
        expect(stored?.metadata.annotations).toHaveProperty([annotations.scheduledFor]);
        return stored;
      },
      { ...wait, timeout: 40_000 },
    );
    expect(prepared?.metadata.annotations).not.toHaveProperty([annotations.jobUid]);
    const job = await runOf('early-backup', 'early-1');
    const used = await vi.waitFor(async () => {
      const stored = await find();
      expect(stored?.metadata.annotations?.[annotations.jobUid]).toBe(job.metadata.uid);
      return stored;
    }, wait);
    expect(used?.data).toEqual(prepared?.data);
    await endJob(environment.client, job, 'Complete');
    await vi.waitFor(async () => expect((await find())?.data).not.toEqual(prepared?.data), wait);
    await environment.client.delete(kinds.scheduledBackup, named('early'));
  }, 60_000);

  it.skipIf(needsImage)('runs in a pod, and is reported with the version that the pod tells', async () => {
    const result = '{"versionNumber":3,"sizeBytes":2048,"durationMs":61000}';
    await environment.apply(
      {
        apiVersion: 'riotkit.org/v1alpha1',
        kind: 'BackupProcedureTemplate',
        metadata: { name: 'telling' },
        spec: {
          image: CONTROLLER_TEST_IMAGE ?? 'any',
          backup: `echo working\necho '${result}' > /dev/termination-log\n`,
          restore: 'exit 1\n',
        },
      } as KubeObject,
      scheduledBackup('telling', {
        templateRef: { kind: 'BackupProcedureTemplate', name: 'telling' },
        podTemplate: {},
        backoffLimit: 0,
      }),
    );
    await runOf('telling-backup', 'telling-1');
    await vi.waitFor(async () => {
      const { status } = await read('telling');
      expect(status?.lastVersion).toEqual({
        number: 3,
        size: 2048,
        displaySize: '2.0 KiB',
        duration: '1m 1s',
      });
      expect(status?.lastSuccessTime).toMatch(/Z$/);
    }, wait);
    await environment.apply(requestedAction('failing-restore', 'telling', { action: 'restore' }));
    await vi.waitFor(async () => {
      const { status } = await environment.client.get(kinds.requestedAction, named('failing-restore'));
      expect(findCondition(status?.conditions, 'Failed')?.message).toContain('exit code 1');
    }, wait);
  });

  it('that failed makes the backup unhealthy, and not Ready', async () => {
    await environment.apply(scheduledBackup('broken'));
    await endJob(environment.client, await runOf('broken-backup', 'broken-1'), 'Failed');
    await vi.waitFor(async () => {
      const { status } = await read('broken');
      expect(findCondition(status?.conditions, 'Healthy')).toMatchObject({
        status: 'False',
        reason: 'LastRunFailed',
      });
      expect(findCondition(status?.conditions, 'Ready')).toMatchObject({
        status: 'False',
        reason: 'LastRunFailed',
      });
      expect(status?.healthy).toBe(false);
      expect(status?.lastFailureTime).toMatch(/Z$/);
    }, wait);
  });

  it('holds back a restore that is requested meanwhile', async () => {
    await environment.apply(scheduledBackup('nightly-busy'));
    const job = await runOf('nightly-busy-backup', 'nightly-busy-1');
    await environment.apply(requestedAction('restore-now', 'nightly-busy', { action: 'restore' }));
    const reason = async () => {
      const { status } = await environment.client.get(kinds.requestedAction, named('restore-now'));
      return findCondition(status?.conditions, 'Reconciling');
    };
    await vi.waitFor(async () => expect((await reason())?.message).toContain('nightly-busy-1'), wait);
    await endJob(environment.client, job, 'Complete');
    await vi.waitFor(async () => expect((await reason())?.reason).toBe('Running'), wait);
  });
});

it('runs of an earlier operation end before their CronJob goes', async () => {
  await environment.apply(scheduledBackup('turned'));
  const job = await runOf('turned-backup', 'turned-1');
  await environment.apply(scheduledBackup('turned', { operation: 'restore' }));
  await vi.waitFor(async () => {
    expect((await environment.client.get(environment.cronJobs, named('turned-backup'))).spec?.suspend).toBe(
      true,
    );
    await environment.client.get(environment.cronJobs, named('turned-restore'));
  }, wait);
  expect(await environment.client.find(kinds.job, named('turned-1'))).toBeDefined();
  await endJob(environment.client, job, 'Complete');
  await vi.waitFor(async () => {
    expect(await environment.client.find(environment.cronJobs, named('turned-backup'))).toBeUndefined();
  }, wait);
});
