import { findCondition, type KubeObject, ownerReference } from '@backup-maker/kube';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type CronJob, type Job, kinds } from '../src/kinds.ts';
import {
  type Environment,
  endJob,
  requestedAction,
  scheduledBackup,
  secret,
  startEnvironment,
  wait,
  waitingPods,
} from './environment.ts';

/** What the controller of an existing installation made: objects with the name of the ScheduledBackup alone. */
let environment: Environment;
const scopes: unknown[] = [];
const fakeFetch: typeof fetch = async (_url, init) => {
  const { operationsScope } = JSON.parse(String(init?.body ?? '{}'));
  operationsScope && scopes.push(operationsScope.elements);
  const data = { token: 't', sessionId: 's', expire: '2030-01-01T00:00:00Z', msg: 'ok' };
  return new Response(JSON.stringify({ status: true, data }));
};

const named = (name: string) => ({ namespace: environment.namespace, name });
const read = (name: string) => environment.client.get(kinds.scheduledBackup, named(name));
const find = async (name: string) => ({
  cronJob: await environment.client.find<CronJob>(environment.cronJobs, named(name)),
  secret: await environment.client.find(kinds.secret, named(name)),
  configMap: await environment.client.find(kinds.configMap, named(name)),
});

async function ready(name: string) {
  return vi.waitFor(async () => {
    const backup = await read(name);
    expect(findCondition(backup.status?.conditions, 'Ready')).toMatchObject({ status: 'True' });
    return backup;
  }, wait);
}

const jobTemplate = {
  spec: {
    template: {
      spec: {
        restartPolicy: 'Never',
        containers: [{ name: 'backup', image: 'example.org/old', ...waitingPods }],
      },
    },
  },
};

/** @param owner the ScheduledBackup of the same name by default; undefined for nobody */
async function leave(name: string, owner: KubeObject | undefined): Promise<CronJob> {
  const metadata = {
    ...named(name),
    labels: { 'riotkit.org/backup-maker': 'true', 'riotkit.org/jobName': name },
    ...(owner && { ownerReferences: [ownerReference(owner)] }),
  };
  const { client } = environment;
  await client.create(kinds.secret, { apiVersion: 'v1', kind: 'Secret', metadata });
  await client.create(kinds.configMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  const { group, version } = environment.cronJobs;
  return client.create(environment.cronJobs, {
    apiVersion: `${group}/${version}`,
    kind: 'CronJob',
    metadata,
    spec: { schedule: '0 0 1 1 *', jobTemplate },
  } as CronJob);
}

describe('what an existing installation left', () => {
  beforeAll(async () => {
    environment = await startEnvironment();
    const bases = ['taken', 'running', 'strange', 'key'].map((name) => scheduledBackup(name));
    await environment.apply(...bases);
    await leave('taken', await read('taken'));
    await leave('strange', undefined);
    await leave('key', await read('key'));
    const cronJob = await leave('running', await read('running'));
    await environment.client.create(kinds.job, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { ...named('running-1'), ownerReferences: [ownerReference(cronJob)] },
      ...jobTemplate,
    } as Job);
    await environment.apply(
      scheduledBackup('key', {
        gpgKeySecretRef: { secretName: 'key', email: 'a@example.org', createIfNotExists: true },
      }),
      requestedAction('done', 'taken', { action: 'restore' }),
    );
    await environment.client.patch(
      kinds.requestedAction,
      named('done'),
      { type: 'merge', body: { status: { processed: true, healthy: true } } },
      { subresource: 'status' },
    );
    await environment.start({ fetch: fakeFetch });
  });
  afterAll(() => environment[Symbol.asyncDispose]());

  it('is taken over: its CronJob goes, and what that needs', async () => {
    await ready('taken');
    await vi.waitFor(async () => {
      expect(await find('taken')).toEqual({ cronJob: undefined, secret: undefined, configMap: undefined });
    }, wait);
    expect((await find('taken-backup')).cronJob).toBeDefined();
  });

  it('ends its runs, and begins none any more', async () => {
    await ready('running');
    await vi.waitFor(async () => {
      expect((await find('running')).cronJob?.spec).toMatchObject({ suspend: true });
    }, wait);
    expect((await find('running')).secret).toBeDefined();
    const job = await environment.client.get(kinds.job, named('running-1'));
    await endJob(environment.client, job, 'Complete');
    await environment.apply(scheduledBackup('running', { backoffLimit: 1 }));
    await vi.waitFor(async () => {
      expect(await find('running')).toEqual({ cronJob: undefined, secret: undefined, configMap: undefined });
    }, wait);
  });

  it('is left alone where it belongs to somebody else', async () => {
    await ready('strange');
    const { cronJob, secret, configMap } = await find('strange');
    expect([cronJob, secret, configMap].map((object) => object?.metadata.name)).toEqual(
      Array(3).fill('strange'),
    );
    expect(cronJob?.spec?.suspend).not.toBe(true);
  });

  it('keeps its keys', async () => {
    await ready('key');
    await vi.waitFor(async () => expect((await find('key')).cronJob).toBeUndefined(), wait);
    expect((await find('key')).secret?.data).toHaveProperty('key');
  });

  it('is not run again, and not called a failure', async () => {
    await ready('taken');
    const { status } = await environment.client.get(kinds.requestedAction, named('done'));
    expect(status).toEqual({ processed: true, healthy: true });
  });

  const vars = (collectionId: string) =>
    `Params:\n  path: /data\nRepository:\n  url: http://repository.invalid\n  token: plain\n  collectionId: ${collectionId}\n`;
  const scriptOf = async (name: string) =>
    JSON.stringify([
      await environment.client.get<KubeObject & { data?: object }>(kinds.configMap, named(`${name}-backup`)),
      Object.values((await environment.client.get(kinds.secret, named(`${name}-backup`))).data ?? {}).map(
        (text) => Buffer.from(text, 'base64').toString(),
      ),
    ]);

  it('has its versions in the collection of vars, and a condition tells of the other one', async () => {
    await environment.apply(scheduledBackup('differs', { vars: vars('from-vars') }));
    const backup = await ready('differs');
    expect(findCondition(backup.status?.conditions, 'SpecWarning')).toMatchObject({
      status: 'True',
      message: expect.stringMatching(/"from-vars", is used, and not spec\.collectionId, "files"/),
    });
    expect(await scriptOf('differs')).toContain('from-vars');
    await environment.apply(scheduledBackup('differs', { vars: vars('files') }));
    await vi.waitFor(async () => {
      const { status } = await read('differs');
      expect(findCondition(status?.conditions, 'SpecWarning')).toBeUndefined();
    }, wait);
  });

  it('may name its collection in vars alone', async ({ skip }) => {
    const answer = await environment
      .apply(
        scheduledBackup('bare', { collectionId: '', vars: vars('from-vars') }),
        scheduledBackup('none', { collectionId: '' }),
      )
      .catch(String);
    // Kubernetes before 1.21, when it was compiled with a newer Go than its own.
    skip(answer?.includes('must be of type string: "null"') === true, 'this API server takes "" for null');
    expect(answer).toBeUndefined();
    expect((await ready('bare')).status?.conditions?.map(({ type }) => type)).not.toContain('SpecWarning');
    await vi.waitFor(async () => {
      expect(findCondition((await read('none')).status?.conditions, 'Ready')).toMatchObject({
        status: 'False',
        reason: 'CollectionMissing',
      });
    }, wait);
  });

  it('may name its collection in a Secret', async () => {
    await environment.apply(
      secret('hidden', { 'Repository.collectionId': 'from-secret' }),
      scheduledBackup('hidden', { varsSecretRef: { secretName: 'hidden' } }),
    );
    const { status } = await ready('hidden');
    const warning = findCondition(status?.conditions, 'SpecWarning')?.message;
    expect(warning).toMatch(/Repository\.collectionId of varsSecretRef is used/);
    expect(warning).not.toContain('from-secret');
    expect(await scriptOf('hidden')).toContain('from-secret');
  });

  it('gets tokens for the collection that is used', async () => {
    await environment.apply(
      secret('login', { username: 'u', password: 'p' }),
      scheduledBackup('scoped', {
        cronJob: { enabled: false },
        loginSecretRef: { secretName: 'login' },
        vars: vars('from-vars').replace('  token: plain\n', ''),
      }),
      requestedAction('scoped-now', 'scoped', { kindType: 'Pod', targetVersion: '3' }),
    );
    await vi.waitFor(async () => {
      const { status } = await environment.client.get(kinds.requestedAction, named('scoped-now'));
      expect(status?.processed).toBe(true);
      expect(findCondition(status?.conditions, 'SpecWarning')?.message).toMatch(
        /kindType is "Pod".*targetVersion/,
      );
    }, wait);
    expect(scopes).toEqual([[{ type: 'collection', name: 'from-vars', roles: ['backupUploader'] }]]);
  });
});
