import { Type } from 'typebox';
import { childStatus } from './child-status.ts';
import { Anything, ObjectName, OneOf } from './fields.ts';
import { defineKind, type Resource } from './kind.ts';

export const operations = ['backup', 'restore'] as const;
export type Operation = (typeof operations)[number];

const entry = (description: string, byDefault: string) =>
  Type.String({
    minLength: 1,
    maxLength: 253,
    pattern: '^[-._a-zA-Z0-9]+$',
    description,
    default: byDefault,
  });

const count = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000, description }));

const CronJob = Type.Object(
  {
    enabled: Type.Boolean({
      default: false,
      description: 'false: nothing runs by itself, RequestedBackupActions still do',
    }),
    scheduleEvery: Type.String({
      minLength: 1,
      maxLength: 256,
      default: '00 02 * * *',
      description: 'five cron fields',
    }),
    timeZone: Type.Optional(Type.String({ maxLength: 64, description: 'an IANA name; UTC when left out' })),
    concurrencyPolicy: OneOf(['Allow', 'Forbid', 'Replace'], {
      default: 'Forbid',
      description: 'what to do when the run before has not ended',
    }),
    startingDeadlineSeconds: count('how late a run may still start'),
    successfulJobsHistoryLimit: count('how many succeeded Jobs to keep'),
    failedJobsHistoryLimit: count('how many failed Jobs to keep'),
  },
  { default: {} },
);

export const ScheduledBackup = defineKind({
  group: 'riotkit.org',
  version: 'v1alpha1',
  kind: 'ScheduledBackup',
  plural: 'scheduledbackups',
  singular: 'scheduledbackup',
  shortNames: ['sb'],
  categories: ['backupmaker'],
  scope: 'Namespaced',
  description: 'A procedure that backs up and restores one application, and when it runs',
  spec: Type.Object({
    operation: OneOf(operations, { description: 'what the CronJob does', default: 'backup' }),
    cronJob: CronJob,
    suspend: Type.Optional(
      Type.Boolean({
        description: 'no scheduled run begins while this is true; requested actions still run',
      }),
    ),
    collectionId: Type.String({
      minLength: 1,
      maxLength: 253,
      pattern: '^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$',
      description: 'the collection of the Backup Repository',
    }),
    templateRef: Type.Object({
      kind: OneOf(['internal', 'ClusterBackupProcedureTemplate', 'BackupProcedureTemplate'], {
        description: 'where the procedure is',
        default: 'internal',
      }),
      name: ObjectName('its name'),
    }),
    vars: Type.Optional(
      Type.String({
        maxLength: 131_072,
        description: 'YAML with Params, Repository and HelmValues; ${…} and $(…) are evaluated in the pod',
      }),
    ),
    varsSecretRef: Type.Optional(
      Type.Object({
        secretName: ObjectName('the Secret whose entries are laid over vars'),
        importOnlyKeys: Type.Optional(
          Type.Array(Type.String({ minLength: 1, maxLength: 253 }), {
            maxItems: 256,
            description: 'dotted paths such as Params.password; all entries, when left out',
          }),
        ),
      }),
    ),
    gpgKeySecretRef: Type.Optional(
      Type.Object({
        secretName: ObjectName('the Secret with the key pair'),
        publicKey: entry('its entry with the public key', 'key.pub'),
        privateKey: entry('its entry with the private key', 'key'),
        passphraseKey: entry('its entry with the passphrase', 'passphrase'),
        email: Type.Optional(
          Type.String({ maxLength: 254, description: 'the user id of a key that is made' }),
        ),
        createIfNotExists: Type.Optional(
          Type.Boolean({ description: 'make a key pair where the Secret has none' }),
        ),
      }),
    ),
    additionalRecipientsRef: Type.Optional(
      Type.Object({
        configMapName: ObjectName(
          'a ConfigMap whose every entry is a public key that backups are encrypted to besides',
        ),
      }),
    ),
    tokenSecretRef: Type.Optional(
      Type.Object({
        secretName: ObjectName('the Secret'),
        tokenKey: entry('its entry with a token of the Backup Repository', 'token'),
      }),
    ),
    loginSecretRef: Type.Optional(
      Type.Object({
        secretName: ObjectName('the Secret'),
        usernameKey: entry('its entry with the user name', 'username'),
        passwordKey: entry('its entry with the password', 'password'),
      }),
    ),
    podTemplate: Type.Optional(
      Anything(
        'laid over the pods: resources, nodeSelector, tolerations, affinity, serviceAccountName, securityContext, env, volumes, volumeMounts, labels, annotations, imagePullSecrets, inject',
      ),
    ),
    activeDeadlineSeconds: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1_000_000_000, description: 'how long a Job may run' }),
    ),
    backoffLimit: Type.Integer({
      minimum: 0,
      maximum: 1000,
      default: 2,
      description: 'how often a failed Job is tried again',
    }),
    ttlSecondsAfterFinished: count('when a finished Job is removed'),
  }),
  status: Type.Object({
    ...childStatus,
    lastSuccessTime: Type.Optional(Type.String({ format: 'date-time' })),
    lastFailureTime: Type.Optional(Type.String({ format: 'date-time' })),
    nextRunTime: Type.Optional(Type.String({ format: 'date-time' })),
    lastVersion: Type.Optional(
      Type.Object({
        number: Type.Integer(),
        size: Type.Optional(Type.Integer({ description: 'bytes' })),
        duration: Type.Optional(Type.String()),
      }),
    ),
  }),
  columns: [
    { name: 'Schedule', type: 'string', jsonPath: '.spec.cronJob.scheduleEvery' },
    { name: 'Suspended', type: 'boolean', jsonPath: '.spec.suspend' },
    { name: 'Collection', type: 'string', jsonPath: '.spec.collectionId' },
    { name: 'Last success', type: 'date', jsonPath: '.status.lastSuccessTime' },
    { name: 'Next run', type: 'string', jsonPath: '.status.nextRunTime' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  rules: [
    {
      cel: '!(has(self.tokenSecretRef) && has(self.loginSecretRef))',
      message: 'give tokenSecretRef or loginSecretRef, not both',
      holds: (spec) => spec.tokenSecretRef === undefined || spec.loginSecretRef === undefined,
    },
  ],
});

export type ScheduledBackup = Resource<typeof ScheduledBackup>;
