import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Body } from './connection/api.ts';
import { type JudgedCluster, job, judgedCluster, pod } from './connection/judged-cluster.ts';

describe('workloads', () => {
  let cluster: JudgedCluster;
  let pods: string;
  let jobs: string;

  beforeAll(async () => {
    cluster = await judgedCluster();
    pods = cluster.path('pods');
    jobs = cluster.path('jobs', 'batch/v1');
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  const ended = (name: string): Promise<Body> =>
    cluster.until(`${pods}/${name}`, (one) => ['Succeeded', 'Failed'].includes(one.status?.phase));
  const log = async (name: string, query = ''): Promise<string> =>
    (await cluster.api.call('GET', `${pods}/${name}/log${query}`)).body;
  const is = (object: Body, type: string): boolean =>
    object.status?.conditions?.some((one: Body) => one.type === type && one.status === 'True') ?? false;
  const podsOf = async (name: string): Promise<readonly Body[]> =>
    (await cluster.api.call('GET', `${pods}?labelSelector=job-name%3D${name}`)).body.items;

  test.each([
    { script: 'echo out; echo err >&2', phase: 'Succeeded', exitCode: 0, reason: 'Completed' },
    { script: 'exit 7', phase: 'Failed', exitCode: 7, reason: 'Error' },
  ])('a pod that runs "$script" has $phase', async ({ script, phase, exitCode, reason }) => {
    const name = `ends-with-${exitCode}`;
    await cluster.create('pods', pod(name, script));
    const one = await ended(name);
    expect(one.status).toMatchObject({
      phase,
      containerStatuses: [
        { name: 'main', ready: false, restartCount: 0, state: { terminated: { exitCode, reason } } },
      ],
    });
    expect(one.spec).toMatchObject({
      restartPolicy: 'Never',
      serviceAccountName: 'default',
      schedulerName: 'default-scheduler',
      nodeName: expect.any(String),
    });
  });

  test('a log has both outputs, and its end alone where that is asked for', async () => {
    await cluster.create('pods', pod('talks', 'echo one; echo two; echo three >&2'));
    await ended('talks');
    expect((await log('talks')).split('\n').sort()).toEqual(['', 'one', 'three', 'two']);
    expect(await log('talks', '?tailLines=1')).toMatch(/^(two|three)\n$/);
    expect((await cluster.api.call('GET', `${pods}/talks/log?container=none`)).status).toBe(400);
  });

  test('variables and files come from Secrets, ConfigMaps and fields', async () => {
    await cluster.create('secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'given' },
      stringData: { key: 'secret' },
    });
    await cluster.create('configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'given' },
      data: { file: 'config' },
    });
    const env = [
      { name: 'A', valueFrom: { secretKeyRef: { name: 'given', key: 'key' } } },
      { name: 'B', value: '[$(A)]' },
      { name: 'C', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ];
    const volumes = [
      { name: 's', secret: { secretName: 'given', defaultMode: 0o400 } },
      { name: 'c', configMap: { name: 'given' } },
    ];
    const volumeMounts = [
      { name: 's', mountPath: '/given/secret' },
      { name: 'c', mountPath: '/given/file', subPath: 'file' },
    ];
    await cluster.create(
      'pods',
      pod(
        'given',
        'echo "$B $C $(cat /given/secret/key) $(cat /given/file)"',
        { volumes },
        { env, volumeMounts },
      ),
    );
    await ended('given');
    expect(await log('given')).toBe('[secret] given secret config\n');
  });

  test('a pod waits for a Secret and starts when it is there', async () => {
    const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 'late', key: 'key' } } }];
    await cluster.create('pods', pod('patient', 'echo $A', {}, { env }));
    await cluster.until(
      `${pods}/patient`,
      (one) => one.status?.containerStatuses?.[0]?.state.waiting?.reason === 'CreateContainerConfigError',
    );
    await cluster.create('secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'late' },
      stringData: { key: 'came' },
    });
    await ended('patient');
    expect(await log('patient')).toBe('came\n');
  });

  test('init containers run before the others', async () => {
    const mounts = { volumeMounts: [{ name: 'shared', mountPath: '/shared' }] };
    const [main] = (pod('x', '') as Body).spec.containers;
    const initContainers = [
      { ...main, name: 'first', command: ['sh', '-c', 'echo first > /shared/file'], ...mounts },
    ];
    await cluster.create(
      'pods',
      pod(
        'initialized',
        'cat /shared/file',
        { volumes: [{ name: 'shared', emptyDir: {} }], initContainers },
        mounts,
      ),
    );
    await ended('initialized');
    expect(await log('initialized')).toBe('first\n');
  });

  test('what a container leaves in its termination message is in the status', async () => {
    await cluster.create('pods', pod('leaves', 'echo parting > /dev/termination-log; exit 3'));
    const one = await ended('leaves');
    expect(one.status.containerStatuses[0].state.terminated).toMatchObject({
      exitCode: 3,
      message: 'parting\n',
    });
  });

  test('a pod that runs too long fails with DeadlineExceeded', async () => {
    await cluster.create('pods', pod('late', 'sleep 60', { activeDeadlineSeconds: 1 }));
    expect((await ended('late')).status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
  });

  test('a Job gets selector and labels, runs its pod and is complete', async () => {
    const made = await cluster.create('jobs', job('complete', 'true'), 'batch/v1');
    expect(made.spec).toMatchObject({
      parallelism: 1,
      completions: 1,
      backoffLimit: 6,
      selector: { matchLabels: expect.anything() },
    });
    expect(made.spec.template.metadata.labels).toMatchObject({
      'job-name': 'complete',
      'controller-uid': made.metadata.uid,
    });
    const done = await cluster.until(`${jobs}/complete`, (one) => is(one, 'Complete'));
    expect(done.status).toMatchObject({
      succeeded: 1,
      startTime: expect.any(String),
      completionTime: expect.any(String),
    });
    const [only, ...rest] = await podsOf('complete');
    expect(rest).toEqual([]);
    expect(only.metadata.ownerReferences).toMatchObject([
      { kind: 'Job', name: 'complete', uid: made.metadata.uid, controller: true, blockOwnerDeletion: true },
    ]);
  });

  test('a Job whose pod fails too often has failed', async () => {
    await cluster.create('jobs', job('failing', 'exit 1', { backoffLimit: 0 }), 'batch/v1');
    const failed = await cluster.until(`${jobs}/failing`, (one) => is(one, 'Failed'));
    expect(failed.status.conditions.find((one: Body) => one.type === 'Failed').reason).toBe(
      'BackoffLimitExceeded',
    );
    expect(failed.status.failed).toBe(1);
  });

  test('a Job that runs too long has failed, and its pod is ended', async () => {
    await cluster.create('jobs', job('overdue', 'sleep 60', { activeDeadlineSeconds: 1 }), 'batch/v1');
    const failed = await cluster.until(`${jobs}/overdue`, (one) => is(one, 'Failed'));
    expect(failed.status.conditions.find((one: Body) => one.type === 'Failed').reason).toBe(
      'DeadlineExceeded',
    );
  });

  test('a Job makes as many completions as it should', async () => {
    await cluster.create('jobs', job('several', 'true', { completions: 3, parallelism: 2 }), 'batch/v1');
    const done = await cluster.until(`${jobs}/several`, (one) => is(one, 'Complete'));
    expect(done.status.succeeded).toBe(3);
    expect(await podsOf('several')).toHaveLength(3);
  });

  test('the template of a Job can not be changed', async () => {
    await cluster.create('jobs', job('rigid', 'true', { parallelism: 0 }), 'batch/v1');
    const body = { spec: { template: { spec: { restartPolicy: 'OnFailure' } } } };
    const { status, body: refusal } = await cluster.api.call('PATCH', `${jobs}/rigid`, {
      type: 'application/merge-patch+json',
      body,
    });
    expect(status).toBe(422);
    expect(refusal.message).toContain('field is immutable');
  });

  test.each([
    {
      what: 'restartPolicy Always',
      object: job('never', 'true', {}, { restartPolicy: 'Always' }),
      field: 'spec.template.spec.restartPolicy',
    },
    {
      what: 'a mount without its volume',
      object: (() => {
        const one = job('mount', 'true') as Body;
        one.spec.template.spec.containers[0].volumeMounts = [{ name: 'none', mountPath: '/x' }];
        return one;
      })(),
      field: 'spec.template.spec.containers[0].volumeMounts[0].name',
    },
  ])('a Job with $what is refused', async ({ object, field }) => {
    const { status, body } = await cluster.api.call('POST', jobs, { body: object });
    expect(status).toBe(422);
    expect(body.details.causes.map((cause: Body) => cause.field)).toContain(field);
  });

  test('deletion of a Job takes its pods along', async () => {
    await cluster.create('jobs', job('taken', 'sleep 60'), 'batch/v1');
    await cluster.until(`${pods}?labelSelector=job-name%3Dtaken`, (list) => list.items.length === 1);
    await cluster.api.call('DELETE', `${jobs}/taken?propagationPolicy=Background`);
    await cluster.until(`${pods}?labelSelector=job-name%3Dtaken`, (list) => list.items.length === 0);
  });

  test('a CronJob makes a Job at its minute, which is its child', async () => {
    // CronJob is in batch/v1 since 1.21.
    const groupVersion = cluster.minor < 21 ? 'batch/v1beta1' : 'batch/v1';
    const template = (job('x', 'true') as Body).spec;
    const cron = {
      apiVersion: groupVersion,
      kind: 'CronJob',
      metadata: { name: 'minutely' },
      spec: {
        schedule: '* * * * *',
        jobTemplate: { metadata: { labels: { from: 'cron' } }, spec: template },
      },
    };
    const made = await cluster.create('cronjobs', cron, groupVersion);
    expect(made.spec).toMatchObject({
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
    const list = await cluster.until(
      `${jobs}?labelSelector=from%3Dcron`,
      (all) => all.items.length > 0,
      150_000,
    );
    expect(list.items[0].metadata.ownerReferences).toMatchObject([
      { kind: 'CronJob', name: 'minutely', controller: true },
    ]);
    const after = await cluster.until(
      `${cluster.path('cronjobs', groupVersion)}/minutely`,
      (one) => one.status.lastScheduleTime !== undefined,
    );
    expect(after.status.lastScheduleTime).toMatch(/:00Z$/);
  });
});
