import { Type } from 'typebox';
import { childStatus } from './child-status.ts';
import { ObjectName, OneOf } from './fields.ts';
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
    scheduledBackupRef: Type.Object({ name: ObjectName('the ScheduledBackup, in the same namespace') }),
    targetVersion: Type.Optional(
      Type.Unsafe<string | number>({
        'x-kubernetes-int-or-string': true,
        anyOf: [{ type: 'integer' }, { type: 'string' }],
        pattern: '^(latest|v?[0-9]{1,15})$',
        description: 'restore: a version number, v and a number, or latest',
      }),
    ),
    kindType: OneOf(['Job'], { description: 'what runs it', default: 'Job' }),
  }),
  status: Type.Object({
    ...childStatus,
    processed: Type.Optional(Type.Boolean({ description: 'the Job was made; it is not made again' })),
  }),
  columns: [
    { name: 'Action', type: 'string', jsonPath: '.spec.action' },
    { name: 'Target', type: 'string', jsonPath: '.spec.scheduledBackupRef.name' },
    { name: 'Healthy', type: 'boolean', jsonPath: '.status.healthy' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  rules: [
    {
      cel: 'self == oldSelf',
      message: 'an action runs once and cannot be changed: make a new one',
    },
    {
      cel: "self.action == 'restore' || !has(self.targetVersion)",
      message: 'targetVersion is only for the action restore',
      holds: (spec) => spec.action === 'restore' || spec.targetVersion === undefined,
    },
  ],
});

export type RequestedBackupAction = Resource<typeof RequestedBackupAction>;
