import { findCondition, type KubeObject } from '@backup-maker/kube';
import type { ScheduledBackup } from '@backup-maker/model';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { kinds } from '../src/kinds.ts';
import {
  type Environment,
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
const read = (name: string) => environment.client.get(kinds.scheduledBackup, named(name));
const condition = (backup: ScheduledBackup, type: string) => findCondition(backup.status?.conditions, type);

async function ready(name: string): Promise<ScheduledBackup> {
  return vi.waitFor(async () => {
    const backup = await read(name);
    expect(condition(backup, 'Ready')).toMatchObject({ status: 'True' });
    return backup;
  }, wait);
}

describe('a ScheduledBackup', () => {
  it('gets scripts and Secrets for both operations and a CronJob for its own', async () => {
    await environment.apply(scheduledBackup('full'));
    const backup = await ready('full');
    for (const name of ['full-backup', 'full-restore']) {
      for (const kind of [kinds.secret, kinds.configMap]) {
        const child = await environment.client.get<KubeObject>(kind, named(name));
        expect(child.metadata.ownerReferences).toMatchObject([
          { kind: 'ScheduledBackup', name: 'full', controller: true },
        ]);
        expect(child.metadata.labels).toMatchObject({ 'riotkit.org/scheduled-backup': 'full' });
        expect(child.metadata.labels?.['riotkit.org/job-tracking-id']).toMatch(/^[0-9a-f]{16}$/);
      }
    }
    expect(await environment.client.get(environment.cronJobs, named('full-backup'))).toMatchObject({
      spec: { schedule: '00 02 * * *', suspend: false },
    });
    expect(await environment.client.find(environment.cronJobs, named('full-restore'))).toBeUndefined();
    expect(backup.status).toMatchObject({ observedGeneration: 1, healthy: true });
    expect(backup.status?.nextRunTime).toMatch(/T02:00:00Z$/);
    expect(backup.status?.ownedReferences).toHaveLength(7);
  });

  it('gets the client from the image of --inject-image, where pods are to bring none', async () => {
    const mirror = 'registry.example.org/backup-maker:1';
    await using other = await startEnvironment();
    await other.start({ injectImage: mirror });
    await other.apply(scheduledBackup('injected', { podTemplate: { inject: true, image: 'postgres:18' } }));
    const name = { namespace: other.namespace, name: 'injected-backup' };
    const cronJob = await vi.waitFor(() => other.client.get<KubeObject>(other.cronJobs, name), wait);
    expect(cronJob).toMatchObject({
      spec: {
        jobTemplate: {
          spec: {
            template: {
              spec: { initContainers: [{ image: mirror }], containers: [{ image: 'postgres:18' }] },
            },
          },
        },
      },
    });
  });

  it('writes nothing once it is done', async () => {
    await environment.apply(scheduledBackup('quiet'));
    const before = await ready('quiet');
    const child = await environment.client.get(kinds.secret, named('quiet-backup'));
    await environment.apply(secret('quiet-unrelated', { a: 'b' }));
    await environment.apply(scheduledBackup('quiet-second'));
    await ready('quiet-second');
    expect((await read('quiet')).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    expect((await environment.client.get(kinds.secret, named('quiet-backup'))).metadata.resourceVersion).toBe(
      child.metadata.resourceVersion,
    );
  });

  it('puts back a child that somebody changed or deleted', async () => {
    await environment.apply(scheduledBackup('repaired'));
    await ready('repaired');
    await environment.client.delete(kinds.configMap, named('repaired-backup'));
    await vi.waitFor(() => environment.client.get(kinds.configMap, named('repaired-backup')), wait);
    const body = { spec: { schedule: '1 1 1 1 1' } };
    await environment.client.patch(environment.cronJobs, named('repaired-backup'), { type: 'merge', body });
    await vi.waitFor(async () => {
      expect(await environment.client.get(environment.cronJobs, named('repaired-backup'))).toMatchObject({
        spec: { schedule: '00 02 * * *' },
      });
    }, wait);
  });

  it('gives up its CronJob when that is disabled, and holds it when suspended', async () => {
    await environment.apply(scheduledBackup('changing'));
    await ready('changing');
    await environment.apply(scheduledBackup('changing', { suspend: true }));
    await vi.waitFor(async () => {
      expect(await environment.client.get(environment.cronJobs, named('changing-backup'))).toMatchObject({
        spec: { suspend: true },
      });
      expect((await read('changing')).status?.nextRunTime).toBeUndefined();
    }, wait);
    await environment.apply(scheduledBackup('changing', { cronJob: { enabled: false } }));
    await vi.waitFor(async () => {
      expect(await environment.client.find(environment.cronJobs, named('changing-backup'))).toBeUndefined();
    }, wait);
  });
});

describe('what is missing', () => {
  it.each([
    ['no-vars', { varsSecretRef: { secretName: 'no-such' } }, 'SecretMissing', 'no-such'],
    ['no-token', { tokenSecretRef: { secretName: 'no-token-secret' } }, 'SecretMissing', 'no-token-secret'],
    ['no-key', { gpgKeySecretRef: { secretName: 'no-key-secret' } }, 'SecretMissing', 'no-key-secret'],
    ['no-recipients', { additionalRecipientsRef: { configMapName: 'no-map' } }, 'ConfigMapMissing', 'no-map'],
    [
      'no-template',
      { templateRef: { kind: 'ClusterBackupProcedureTemplate', name: 'no-tpl' } },
      'TemplateMissing',
      'no-tpl',
    ],
    [
      'no-internal',
      { templateRef: { kind: 'internal', name: 'no-such-tpl' } },
      'TemplateMissing',
      'no-such-tpl',
    ],
    ['bad-cron', { cronJob: { enabled: true, scheduleEvery: 'every day' } }, 'InvalidSpec', 'every day'],
    ['bad-vars', { vars: 'Params: [' }, 'InvalidSpec', 'bad-vars'],
  ])('%s: the condition names it', async (name, spec, reason, names) => {
    await environment.apply(scheduledBackup(name, spec));
    await vi.waitFor(async () => {
      const backup = await read(name);
      expect(condition(backup, 'Ready')).toMatchObject({ status: 'False', reason });
      expect(condition(backup, 'Ready')?.message).toContain(names);
      expect(condition(backup, 'BackupObjectsInstallation')).toMatchObject({ status: 'False', reason });
    }, wait);
  });

  it('is tried again at once when it appears', async () => {
    await environment.apply(scheduledBackup('late', { varsSecretRef: { secretName: 'late-vars' } }));
    await vi.waitFor(
      async () => expect(condition(await read('late'), 'Ready')?.reason).toBe('SecretMissing'),
      wait,
    );
    const startedAt = Date.now();
    await environment.apply(secret('late-vars', { 'Params.path': '/late' }));
    await ready('late');
    expect(Date.now() - startedAt).toBeLessThan(3000);
  });
});

describe('secrets', () => {
  it('keep what somebody adds to them', async () => {
    await environment.apply(scheduledBackup('added'));
    await ready('added');
    const body = { stringData: { ADDED_LATER: 'by hand' } };
    await environment.client.patch(kinds.secret, named('added-backup'), { type: 'merge', body });
    await environment.apply(scheduledBackup('added', { backoffLimit: 5, varsSecretRef: {} }));
    await vi.waitFor(async () => expect((await read('added')).status?.observedGeneration).toBe(2), wait);
    const { data } = await environment.client.get(kinds.secret, named('added-backup'));
    expect(data).toHaveProperty('ADDED_LATER');
  });

  it('reach the pod, and neither status, events, log nor a ConfigMap', async () => {
    const canary = 'canary-0b5c';
    await environment.apply(
      secret('canary-vars', { 'Repository.token': canary }),
      scheduledBackup('canary', {
        varsSecretRef: { secretName: 'canary-vars', importOnlyKeys: ['Repository.token'] },
      }),
    );
    await ready('canary');
    const child = await environment.client.get(kinds.secret, named('canary-backup'));
    const decoded = Object.values(child.data ?? {}).map((value) => Buffer.from(value, 'base64').toString());
    expect(decoded.join('\n')).toContain(canary);
    const configMap = await environment.client.get(kinds.configMap, named('canary-backup'));
    const events = await environment.client.read(`/api/v1/namespaces/${environment.namespace}/events`);
    const everything = JSON.stringify([await read('canary'), configMap, events]) + environment.log();
    expect(everything).not.toContain(canary);
    expect(everything).not.toContain(Buffer.from(canary).toString('base64'));
  });
});

describe('a key pair', () => {
  it('is made once, marked, and not owned by the ScheduledBackup', async () => {
    const gpgKeySecretRef = { secretName: 'made-key', email: 'shop@example.org', createIfNotExists: true };
    await environment.apply(scheduledBackup('keyed', { gpgKeySecretRef }));
    await ready('keyed');
    const key = await environment.client.get(kinds.secret, named('made-key'));
    expect(key.metadata).toMatchObject({
      labels: { 'riotkit.org/type': 'GPGSecret' },
      annotations: { 'riotkit.org/e-mail': 'shop@example.org' },
    });
    expect(key.metadata.ownerReferences).toBeUndefined();
    expect(Object.keys(key.data ?? {}).toSorted()).toEqual(['e-mail.txt', 'key', 'key.pub', 'passphrase']);
    await environment.apply(scheduledBackup('keyed', { gpgKeySecretRef, suspend: true }));
    await vi.waitFor(async () => expect((await read('keyed')).status?.observedGeneration).toBe(2), wait);
    expect((await environment.client.get(kinds.secret, named('made-key'))).data).toEqual(key.data);
  });

  it('never puts its private half where backups run', async () => {
    const backup = await environment.client.get(kinds.secret, named('keyed-backup-files'));
    const restore = await environment.client.get(kinds.secret, named('keyed-restore-files'));
    const text = (data: Readonly<Record<string, string>> | undefined) =>
      Object.values(data ?? {})
        .map((value) => Buffer.from(value, 'base64').toString())
        .join('\n');
    expect(text(backup.data)).toContain('BEGIN PGP PUBLIC KEY BLOCK');
    expect(text(backup.data)).not.toContain('PRIVATE KEY');
    expect(text(restore.data)).toContain('BEGIN PGP PRIVATE KEY BLOCK');
  });

  it('may leave its private half out of the cluster, until something is restored', async () => {
    const key = await environment.client.get(kinds.secret, named('made-key'));
    const { 'key.pub': publicKey = '', key: privateKey = '' } = key.data ?? {};
    const textOf = (encoded: string) => Buffer.from(encoded, 'base64').toString();
    await environment.apply(
      secret('public-key', { 'key.pub': textOf(publicKey) }),
      scheduledBackup('public', { gpgKeySecretRef: { secretName: 'public-key', createIfNotExists: true } }),
      requestedAction('public-restore', 'public', { action: 'restore' }),
    );
    await vi.waitFor(async () => expect(condition(await read('public'), 'Ready')?.status).toBe('True'), wait);
    const stateOf = async () => {
      const { status } = await environment.client.get(kinds.requestedAction, named('public-restore'));
      return findCondition(status?.conditions, 'Ready');
    };
    await vi.waitFor(
      async () =>
        expect(await stateOf()).toMatchObject({
          reason: 'SecretEntryMissing',
          message: expect.stringContaining('Secret "public-key" has no entry "key"'),
        }),
      wait,
    );
    await environment.apply(secret('public-key', { 'key.pub': textOf(publicKey), key: textOf(privateKey) }));
    await vi.waitFor(async () => expect((await stateOf())?.reason).not.toBe('SecretEntryMissing'), wait);
  });

  it('of which the public half is missing is an error, not a reason to make another', async () => {
    await environment.apply(
      secret('half-key', { key: 'something' }),
      scheduledBackup('half', { gpgKeySecretRef: { secretName: 'half-key', createIfNotExists: true } }),
    );
    await vi.waitFor(
      async () =>
        expect(condition(await read('half'), 'Stalled')).toMatchObject({
          status: 'True',
          reason: 'KeyPairIncomplete',
        }),
      wait,
    );
  });
});
