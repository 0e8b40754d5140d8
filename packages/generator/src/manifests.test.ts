import { Failure } from '@backup-maker/model';
import { describe, expect, it } from 'vitest';
import { everything, optionsFor, privateKey } from '../test/manifest-options.ts';
import { clientImage } from './image.ts';
import type { PodSpec } from './manifest/objects.ts';
import type { PodTemplate } from './manifest/pod-template.ts';
import { cronJobManifest, jobManifest, procedureManifests } from './manifests.ts';
import type { Operation } from './procedure/operation.ts';

function podOf(podTemplate: PodTemplate, operation: Operation = 'backup'): PodSpec {
  return jobManifest({ ...optionsFor(operation, { podTemplate }), jobName: 'run' }).spec.template.spec;
}

describe('Secret and ConfigMap', () => {
  it('have the script in the ConfigMap when it is free of secrets', () => {
    const options = optionsFor('backup');
    const { variables, files, configMap } = procedureManifests(options);
    expect(configMap.data['backup.sh']).toBe(options.procedure.script);
    expect(JSON.stringify(configMap)).not.toContain('hunter2');
    expect(Object.keys(files.data)).toEqual(['gpg-key', 'recipient-1']);
    expect(Object.keys(variables.data)).toEqual(['BM_PARAMS_PASSWORD']);
  });

  it('have the script in the Secret when it may hold one', () => {
    const options = optionsFor('restore');
    const custom = { ...options, procedure: { ...options.procedure, containsSecret: true } };
    const { files, configMap } = procedureManifests(custom);
    expect(configMap.data).toEqual({});
    expect(Buffer.from(files.data['restore.sh'] ?? '', 'base64').toString()).toBe(options.procedure.script);
    const { volumes } = jobManifest({ ...custom, jobName: 'run' }).spec.template.spec;
    expect(volumes.find(({ name }) => name === 'script')).toHaveProperty(
      'secret.secretName',
      'shop-restore-files',
    );
  });

  it.each([
    ['as a key', { privateKey }],
    ['among the public ones', { publicKeys: [privateKey.reveal()] }],
  ])('of a backup refuse the private key %s', (_how, keys) => {
    expect(() => procedureManifests(optionsFor('backup', { keys }))).toThrow(Failure);
  });

  it('of a restore hold the private key, where no environment variable comes from', () => {
    const { files, variables } = procedureManifests(optionsFor('restore'));
    expect(Buffer.from(files.data['gpg-key'] ?? '', 'base64').toString()).toBe(privateKey.reveal());
    expect(Object.keys(variables.data)).toEqual(['BM_PARAMS_PASSWORD']);
    const [container] = podOf({}, 'restore').containers;
    expect(container?.envFrom).toEqual([{ secretRef: { name: 'shop-restore' } }]);
  });
});

describe('the pod', () => {
  it('meets the restricted Pod Security Standard', () => {
    for (const operation of ['backup', 'restore'] as const) {
      const pod = podOf({ inject: true }, operation);
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(pod.automountServiceAccountToken).toBe(false);
      for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(container.resources.limits).toBeDefined();
      }
      expect(pod.volumes.find(({ name }) => name === 'temporary')).toEqual({
        name: 'temporary',
        emptyDir: {},
      });
    }
  });

  it('takes each field of the security context where it belongs, in place of the default', () => {
    const pod = podOf({ securityContext: { runAsUser: 1000, privileged: true, fsGroup: 7 } });
    expect(pod.securityContext).toMatchObject({ runAsUser: 1000, fsGroup: 7, runAsNonRoot: true });
    expect(pod.containers[0]?.securityContext).toMatchObject({
      privileged: true,
      readOnlyRootFilesystem: true,
    });
  });

  it('that runs as root can restore files of any owner', () => {
    const pod = podOf({ securityContext: { runAsUser: 0 } });
    expect(pod.securityContext).toMatchObject({ runAsUser: 0, runAsNonRoot: false, runAsGroup: 0 });
    expect(pod.containers[0]?.securityContext).toMatchObject({
      capabilities: { drop: ['ALL'], add: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID'] },
    });
  });

  it('takes everything that podTemplate can say', () => {
    const pod = podOf(everything);
    expect(pod).toMatchObject({
      serviceAccountName: 'backups',
      automountServiceAccountToken: true,
      nodeSelector: everything.nodeSelector,
      tolerations: everything.tolerations,
      affinity: everything.affinity,
      imagePullSecrets: everything.imagePullSecrets,
    });
    expect(pod.volumes).toEqual(expect.arrayContaining([...(everything.volumes ?? [])]));
    expect(pod.volumes.filter(({ name }) => name === 'temporary')).toHaveLength(1);
    expect(pod.containers[0]?.env).toEqual(expect.arrayContaining([...(everything.env ?? [])]));
  });

  it('lays podTemplate over HelmValues', () => {
    const helmValues =
      '{ image: from-helm, nodeSelector: { a: "1", b: "1" }, labels: { team: red, floor: "2" }, env: { LEVEL: "3" } }';
    const options = optionsFor(
      'backup',
      { podTemplate: { nodeSelector: { b: '2' }, labels: { team: 'blue' } } },
      helmValues,
    );
    const { template } = jobManifest({ ...options, jobName: 'run' }).spec;
    expect(template.spec.containers[0]?.image).toBe('from-helm');
    expect(template.spec.nodeSelector).toEqual({ a: '1', b: '2' });
    expect(template.metadata.labels).toMatchObject({ team: 'blue', floor: '2' });
    expect(procedureManifests(options).variables.data).toHaveProperty('LEVEL', btoa('3'));
  });

  it('reports its result where its status shows it', () => {
    const [container] = podOf({}).containers;
    expect(container?.terminationMessagePolicy).toBe('FallbackToLogsOnError');
    expect(container?.env).toContainEqual({ name: 'BM_RESULT_FILE', value: '/dev/termination-log' });
  });

  it('runs a script by the interpreter that its first line names', () => {
    const options = optionsFor('backup', { podTemplate: { inject: false } });
    const procedure = { ...options.procedure, script: '#!/usr/bin/env python3\nprint(1)\n' };
    const job = jobManifest({ ...options, procedure, jobName: 'run' });
    const [container] = job.spec.template.spec.containers;
    expect(container?.command.slice(0, 2)).toEqual(['/usr/bin/env', 'python3']);
    expect(podOf({ inject: false }).containers[0]?.command[0]).toBe('bash');
  });

  it('has the client brought into the image of a template that has none, and into no other unasked', () => {
    const [postgres] = podOf({}).containers;
    expect(postgres?.image).toBe('docker.io/library/postgres:18');
    expect(podOf({}).initContainers?.[0]?.image).toBe(clientImage);
    expect(podOf({ image: 'mine' }).initContainers).toBeUndefined();
    expect(podOf({ inject: false }).initContainers).toBeUndefined();
  });

  it('finds injected programs before those of its image', () => {
    const pod = podOf({ inject: true, image: 'postgres:18' });
    expect(pod.initContainers?.[0]?.volumeMounts).toEqual([
      { name: 'injected', mountPath: '/opt/backup-maker/bin' },
    ]);
    expect(pod.containers[0]?.command.slice(0, 5)).toEqual([
      'bash',
      '-c',
      'PATH=/opt/backup-maker/bin:$PATH exec "$@"',
      'bash',
      'bash',
    ]);
    expect(pod.containers[0]?.image).toBe('postgres:18');
  });

  it('gets the version to restore, additional recipients, and tokens of other Secrets', () => {
    const environmentFromSecrets = { BM_AUTH_TOKEN: { secretName: 'run', key: 'token' } };
    const restore = jobManifest({
      ...optionsFor('restore'),
      environmentFromSecrets,
      jobName: 'run',
      restoreVersion: 'v7',
    });
    expect(restore.spec.template.spec.containers[0]?.env).toEqual(
      expect.arrayContaining([
        { name: 'RESTORE_VERSION', value: 'v7' },
        { name: 'BM_AUTH_TOKEN', valueFrom: { secretKeyRef: { name: 'run', key: 'token' } } },
      ]),
    );
    expect(podOf({}).containers[0]?.env).toContainEqual({
      name: 'BM_ADDITIONAL_KEY_PATHS',
      value: '/mnt/secrets/recipient-1',
    });
  });
});

it('every object and pod carries the labels', () => {
  const options = optionsFor('backup', { trackingId: 'abc', name: 'n'.repeat(80) });
  const { variables, files, configMap } = procedureManifests(options);
  const cronJob = cronJobManifest({ ...options, schedule: {} });
  const { jobTemplate } = cronJob.spec;
  const labels = [variables, files, configMap, cronJob, jobTemplate, jobTemplate.spec.template].map(
    ({ metadata }) => metadata.labels,
  );
  for (const each of labels) {
    expect(each).toEqual(labels[0]);
    expect(each).toMatchObject({
      'app.kubernetes.io/name': 'backup-maker',
      'riotkit.org/operation': 'backup',
      'riotkit.org/backup-maker': 'true',
      'riotkit.org/job-tracking-id': 'abc',
    });
    expect(each['riotkit.org/scheduled-backup']).toMatch(/^n{54}-[0-9a-f]{8}$/);
    expect(each['riotkit.org/jobName']).toBe(each['riotkit.org/scheduled-backup']);
  }
});

it('a CronJob forbids concurrent runs and keeps a short history', () => {
  expect(cronJobManifest({ ...optionsFor('backup'), schedule: {} }).spec).toMatchObject({
    schedule: '00 02 * * *',
    concurrencyPolicy: 'Forbid',
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
    suspend: false,
    jobTemplate: { spec: { backoffLimit: 2 } },
  });
});

it('no name stands twice in an environment', () => {
  for (const podTemplate of [{}, everything]) {
    const names = podOf(podTemplate).containers[0]?.env?.map(({ name }) => name) ?? [];
    expect(names).toEqual([...new Set(names)]);
  }
});

describe('the name of a CronJob', () => {
  const nameOf = (name: string) =>
    cronJobManifest({ ...optionsFor('backup'), name, schedule: {} }).metadata.name;

  it.each(['shop', 'a'.repeat(45)])('of %s is plain', (name) => {
    expect(nameOf(name)).toBe(`${name}-backup`);
  });

  it.each([46, 53, 63, 253])('of %i characters is one that Kubernetes takes', (length) => {
    const names = ['b', 'c'].map((last) => `${'a.'.repeat(130).slice(0, length - 1)}${last}`);
    const found = names.map(nameOf);
    expect(new Set(found).size).toBe(2);
    for (const name of found) {
      expect(name.length).toBeLessThanOrEqual(52);
      expect(name).toMatch(/^[a-z0-9]+([-.][a-z0-9]+)*-[0-9a-f]{8}-backup$/);
    }
  });
});
