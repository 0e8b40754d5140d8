import { describe, expect, it } from 'vitest';
import { BackupCollection } from './backup-collection.ts';
import { BackupUser } from './backup-user.ts';
import { parseResource } from './parse.ts';
import { RequestedBackupAction } from './requested-backup-action.ts';
import { ScheduledBackup } from './scheduled-backup.ts';

const scheduled = (spec: object) => ({
  apiVersion: 'riotkit.org/v1alpha1',
  kind: 'ScheduledBackup',
  metadata: { name: 'app1', namespace: 'shop' },
  spec: { collectionId: 'app1', templateRef: { kind: 'internal', name: 'tar' }, ...spec },
});

const collection = (spec: object) => ({
  apiVersion: 'backups.riotkit.org/v1alpha1',
  kind: 'BackupCollection',
  metadata: { name: 'iwa-ait' },
  spec: {
    description: 'IWA-AIT website files',
    filenameTemplate: 'iwa-ait-${version}.tar.gz',
    maxBackupsCount: 5,
    maxOneVersionSize: '1M',
    maxCollectionSize: '10M',
    ...spec,
  },
});

const user = (spec: object) => ({
  apiVersion: 'backups.riotkit.org/v1alpha1',
  kind: 'BackupUser',
  metadata: { name: 'admin' },
  spec: { email: 'riotkit@riseup.net', roles: ['collectionManager'], ...spec },
});

const action = (spec: object) => ({
  apiVersion: 'riotkit.org/v1alpha1',
  kind: 'RequestedBackupAction',
  metadata: { name: 'now' },
  spec: { action: 'restore', scheduledBackupRef: { name: 'app1' }, ...spec },
});

describe('parseResource', () => {
  it('fills in the defaults, also of objects that were left out', () => {
    const { resource, warnings } = parseResource(
      ScheduledBackup,
      scheduled({ gpgKeySecretRef: { secretName: 'keys' } }),
    );
    expect(resource.spec.operation).toBe('backup');
    expect(resource.spec.cronJob).toEqual({
      enabled: false,
      scheduleEvery: '00 02 * * *',
      concurrencyPolicy: 'Forbid',
    });
    expect(resource.spec.gpgKeySecretRef).toMatchObject({
      publicKey: 'key.pub',
      privateKey: 'key',
      passphraseKey: 'passphrase',
    });
    expect(resource.spec.backoffLimit).toBe(2);
    expect(warnings).toEqual([]);
  });

  it('leaves its input as it was', () => {
    const input = scheduled({});
    parseResource(ScheduledBackup, input);
    expect(input).toEqual(scheduled({}));
  });

  it('names every unknown field, but not those inside a field that holds any YAML', () => {
    const { warnings } = parseResource(
      ScheduledBackup,
      scheduled({ colectionId: 'x', cronJob: { every: 1 }, podTemplate: { nodeSelector: { disk: 'ssd' } } }),
    );
    expect(warnings).toEqual([
      'ScheduledBackup "app1" has an unknown field spec.colectionId: it is ignored',
      'ScheduledBackup "app1" has an unknown field spec.cronJob.every: it is ignored',
    ]);
  });

  it.each([
    ['a wrong size', BackupCollection, collection({ maxOneVersionSize: 'one' }), 'spec.maxOneVersionSize'],
    ['an unknown strategy', BackupCollection, collection({ strategyName: 'lifo' }), 'spec.strategyName'],
    ['no version allowed', BackupCollection, collection({ maxBackupsCount: 0 }), 'maxBackupsCount must be'],
    [
      'a wrong version',
      RequestedBackupAction,
      action({ targetVersion: '1; rm -rf /' }),
      'targetVersion must be',
    ],
    [
      'two credentials',
      ScheduledBackup,
      scheduled({ tokenSecretRef: { secretName: 'a' }, loginSecretRef: { secretName: 'b' } }),
      'not both',
    ],
    [
      'an unknown kind of template',
      ScheduledBackup,
      scheduled({ templateRef: { kind: 'ConfigMap', name: 'x' } }),
      'spec: templateRef.kind must be one of internal',
    ],
    [
      'a collection that is a path',
      ScheduledBackup,
      scheduled({ collectionId: '../other' }),
      'collectionId must be',
    ],
    ['a path as a name', BackupUser, { ...user({}), metadata: { name: '../admin' } }, 'metadata.name'],
    ['another kind', BackupUser, action({}), 'kind'],
    ['a text', BackupUser, 'hello', 'BackupUser is not valid'],
    ['nothing', BackupUser, undefined, 'BackupUser is not valid'],
  ] as const)('refuses %s and says where', (_what, kind, input, where) => {
    expect(() => parseResource(kind, input)).toThrow(where);
  });

  it.each([7, '7', 'v7', 'latest', '0c2b0b5a-1f4e-4a3e-9a53-0d2f6f7a9a11'])(
    'takes %j as a version to restore',
    (targetVersion) => {
      expect(
        parseResource(RequestedBackupAction, action({ targetVersion })).resource.spec.targetVersion,
      ).toBe(targetVersion);
    },
  );
});
