import { type Static, Type } from 'typebox';
import { childStatus, readyMessageColumn } from './child-status.ts';
import { Anything, Known, ObjectName, OneOf, Reference } from './fields.ts';
import { defineKind, type Resource } from './kind.ts';

export const operations = ['backup', 'restore'] as const;
export type Operation = (typeof operations)[number];

const keyEntries = { publicKey: 'key.pub', privateKey: 'key', passphraseKey: 'passphrase' } as const;
const tokenEntry = 'token';

const entry = (description: string, byDefault: string) =>
  Type.String({ description: `${description}; ${byDefault} when empty`, default: byDefault });

const count = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000, description }));

const CronJob = Type.Object(
  {
    enabled: Type.Boolean({
      default: false,
      description: 'false: nothing runs by itself, RequestedBackupActions still do',
    }),
    scheduleEvery: Type.String({
      default: '00 02 * * *',
      description: 'five cron fields, @daily and the like, or @every 1h30m',
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

const templateKinds = ['internal', 'ClusterBackupProcedureTemplate', 'BackupProcedureTemplate'] as const;
type TemplateKind = (typeof templateKinds)[number];

const Spec = Type.Object({
  operation: OneOf(operations, { description: 'what the CronJob does', default: 'backup' }),
  cronJob: CronJob,
  suspend: Type.Optional(
    Type.Boolean({
      description: 'no scheduled run begins while this is true; requested actions still run',
    }),
  ),
  collectionId: Type.String({ description: 'the collection of the Backup Repository' }),
  templateRef: Type.Object({
    kind: Known<TemplateKind>({
      description: `where the procedure is: ${templateKinds.join(', ')}`,
      default: 'internal',
    }),
    name: Reference('its name'),
  }),
  vars: Type.Optional(
    Type.String({
      description: 'YAML with Params, Repository and HelmValues; ${…} and $(…) are evaluated in the pod',
    }),
  ),
  varsSecretRef: Type.Optional(
    Type.Object({
      secretName: Type.Optional(Type.String({ description: 'the Secret whose entries are laid over vars' })),
      importOnlyKeys: Type.Optional(
        Type.Array(Type.String(), {
          description: 'dotted paths such as Params.password; all entries, when there is none',
        }),
      ),
    }),
  ),
  gpgKeySecretRef: Type.Optional(
    Type.Object({
      secretName: Reference('the Secret with the key pair'),
      publicKey: entry('its entry with the public key', keyEntries.publicKey),
      privateKey: entry('its entry with the private key', keyEntries.privateKey),
      passphraseKey: entry('its entry with the passphrase', keyEntries.passphraseKey),
      email: Type.Optional(Type.String({ description: 'the user id of a key that is made' })),
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
      secretName: Reference('the Secret'),
      tokenKey: entry('its entry with a token of the Backup Repository', tokenEntry),
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
});

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
  spec: Spec,
  status: Type.Object({
    ...childStatus,
    lastSuccessTime: Type.Optional(Type.String({ format: 'date-time' })),
    lastFailureTime: Type.Optional(Type.String({ format: 'date-time' })),
    nextRunTime: Type.Optional(Type.String({ format: 'date-time' })),
    lastRun: Type.Optional(
      Type.Object(
        {
          job: Type.String({ description: 'the name of its Job, which may be gone' }),
          result: Type.String({ description: 'Succeeded or Failed' }),
          finishedAt: Type.String({ format: 'date-time' }),
          message: Type.Optional(Type.String({ description: 'why it failed, in the words of the programs' })),
        },
        { description: 'the newest run that ended' },
      ),
    ),
    lastVersion: Type.Optional(
      Type.Object({
        number: Type.Integer(),
        size: Type.Optional(Type.Integer({ description: 'bytes' })),
        displaySize: Type.Optional(Type.String({ description: 'the size as people read it' })),
        duration: Type.Optional(Type.String()),
      }),
    ),
  }),
  columns: [
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Last run', type: 'string', jsonPath: '.status.lastRun.result' },
    { name: 'Success', type: 'date', jsonPath: '.status.lastSuccessTime' },
    { name: 'Size', type: 'string', jsonPath: '.status.lastVersion.displaySize' },
    { name: 'Next run', type: 'string', jsonPath: '.status.nextRunTime' },
    { name: 'Version', type: 'integer', jsonPath: '.status.lastVersion.number', priority: 1 },
    { name: 'Schedule', type: 'string', jsonPath: '.spec.cronJob.scheduleEvery', priority: 1 },
    { name: 'Suspended', type: 'boolean', jsonPath: '.spec.suspend', priority: 1 },
    { name: 'Collection', type: 'string', jsonPath: '.spec.collectionId', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', priority: 1 },
    readyMessageColumn,
  ],
  requiresSpec: false,
  normalize: (spec, warn) => ({
    ...withoutEmptyReferences(spec, warn),
    cronJob: withOwnZone(spec.cronJob, warn),
  }),
  rules: [
    {
      message: `templateRef.kind must be one of ${templateKinds.join(', ')}`,
      holds: ({ templateRef }) => templateKinds.includes(templateRef.kind),
    },
    {
      message: 'collectionId must be letters, digits, "-", "_" and ".", 253 at most',
      holds: ({ collectionId }) => /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,251}[A-Za-z0-9])?)?$/.test(collectionId),
    },
    {
      cel: "!(has(self.tokenSecretRef) && self.tokenSecretRef.secretName != '' && has(self.loginSecretRef))",
      message: 'give tokenSecretRef or loginSecretRef, not both',
      holds: (spec) => spec.tokenSecretRef === undefined || spec.loginSecretRef === undefined,
    },
  ],
});

export type ScheduledBackup = Resource<typeof ScheduledBackup>;

/** Kubernetes takes no time zone within a schedule any more, only beside it. */
function withOwnZone(
  { timeZone: given = '', scheduleEvery, ...cronJob }: Static<typeof CronJob>,
  warn: (message: string) => void,
): Static<typeof CronJob> {
  const [, inner = '', rest] = /^(?:CRON_)?TZ=([^ ]+) (.*)$/s.exec(scheduleEvery) ?? [];
  if (inner !== '') {
    const instead = given === '' ? 'use' : `"${given}" counts: use only`;
    warn(`spec.cronJob.scheduleEvery holds the time zone "${inner}"; ${instead} spec.cronJob.timeZone`);
  }
  const timeZone = given || inner;
  return { ...cronJob, scheduleEvery: (rest ?? scheduleEvery).trim(), ...(timeZone !== '' && { timeZone }) };
}

/** A reference without a name, which existing objects have where a field was required, is none. */
function withoutEmptyReferences(
  { varsSecretRef, gpgKeySecretRef, tokenSecretRef, ...spec }: Static<typeof Spec>,
  warn: (message: string) => void,
): Static<typeof Spec> {
  if (gpgKeySecretRef?.secretName === '') {
    warn('spec.gpgKeySecretRef is ignored: it names no Secret');
  }
  const importOnlyKeys = varsSecretRef?.importOnlyKeys?.filter((key) => key !== '') ?? [];
  return {
    ...spec,
    ...(varsSecretRef?.secretName && {
      varsSecretRef: {
        secretName: varsSecretRef.secretName,
        ...(importOnlyKeys.length > 0 && { importOnlyKeys }),
      },
    }),
    ...(gpgKeySecretRef?.secretName && {
      gpgKeySecretRef: {
        ...gpgKeySecretRef,
        publicKey: gpgKeySecretRef.publicKey || keyEntries.publicKey,
        privateKey: gpgKeySecretRef.privateKey || keyEntries.privateKey,
        passphraseKey: gpgKeySecretRef.passphraseKey || keyEntries.passphraseKey,
      },
    }),
    ...(tokenSecretRef?.secretName && {
      tokenSecretRef: { ...tokenSecretRef, tokenKey: tokenSecretRef.tokenKey || tokenEntry },
    }),
  };
}
