import { Type } from 'typebox';
import { childStatus, readyMessageColumn } from './child-status.ts';
import { Known, OneOf, Reference } from './fields.ts';
import { defineKind, type Resource } from './kind.ts';
import { operations } from './scheduled-backup.ts';

export const RequestedBackupAction = defineKind({
  group: 'riotkit.org',
  version: 'v1alpha1',
  kind: 'RequestedBackupAction',
  plural: 'requestedbackupactions',
  singular: 'requestedbackupaction',
  shortNames: ['rba'],
  categories: ['backupmaker'],
  scope: 'Namespaced',
  description: 'Runs the backup or the restore of a ScheduledBackup once, now',
  spec: Type.Object({
    action: OneOf(operations, { description: 'what to run' }),
    scheduledBackupRef: Type.Object({ name: Reference('the ScheduledBackup, in the same namespace') }),
    targetVersion: Type.Optional(
      Type.Unsafe<string | number>({
        'x-kubernetes-int-or-string': true,
        anyOf: [{ type: 'integer' }, { type: 'string' }],
        description: 'restore: a version number, v and a number, a version id, or latest',
      }),
    ),
    kindType: Known<'Job'>({ description: 'what runs it: always a Job', default: 'Job' }),
  }),
  status: Type.Object({
    ...childStatus,
    processed: Type.Optional(Type.Boolean({ description: 'the Job was made; it is not made again' })),
    phase: Type.Optional(
      Type.String({
        description: 'for people: Waiting, Running, Complete or Failed; programs read the conditions',
      }),
    ),
    version: Type.Optional(Type.String({ description: 'the version that was made, or that is restored' })),
    size: Type.Optional(Type.Integer({ description: 'of the version that was made, in bytes' })),
    displaySize: Type.Optional(Type.String({ description: 'the size as people read it' })),
    duration: Type.Optional(Type.String({ description: 'from the start of the Job to its end' })),
  }),
  columns: [
    { name: 'Action', type: 'string', jsonPath: '.spec.action' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
    { name: 'Version', type: 'string', jsonPath: '.status.version' },
    { name: 'Size', type: 'string', jsonPath: '.status.displaySize' },
    { name: 'Duration', type: 'string', jsonPath: '.status.duration' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Target', type: 'string', jsonPath: '.spec.scheduledBackupRef.name', priority: 1 },
    { name: 'Healthy', type: 'boolean', jsonPath: '.status.healthy', priority: 1 },
    readyMessageColumn,
  ],
  requiresSpec: false,
  normalize: ({ targetVersion, kindType, ...spec }, warn) => {
    if (kindType !== 'Job') {
      warn(`spec.kindType is "${kindType}": it runs as a Job`);
    }
    const isUnused = spec.action !== 'restore' && targetVersion !== undefined;
    if (isUnused) {
      warn(`spec.targetVersion is ignored: the action ${spec.action} makes a new version`);
    }
    const isGiven = !isUnused && targetVersion !== undefined && targetVersion !== '';
    return { ...spec, kindType: 'Job' as const, ...(isGiven && { targetVersion }) };
  },
  rules: [
    {
      cel: 'self == oldSelf',
      message: 'an action runs once and cannot be changed: make a new one',
    },
    {
      message: 'targetVersion must be a version number, v and a number, a version id, or latest',
      // It becomes an argument in scripts of users, who may have forgotten the quotes.
      holds: ({ targetVersion = 'latest' }) => /^[A-Za-z0-9][-A-Za-z0-9]{0,63}$/.test(`${targetVersion}`),
    },
  ],
});

export type RequestedBackupAction = Resource<typeof RequestedBackupAction>;
