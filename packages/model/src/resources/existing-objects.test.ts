import { existingObjects } from '@backup-maker/testing';
import Schema from 'typebox/schema';
import { describe, expect, it } from 'vitest';
import { crd } from './crd.ts';
import { kinds } from './kinds.ts';
import { parseResource } from './parse.ts';

const kindOf = (name: string) => {
  const kind = kinds.find((candidate) => candidate.kind === name);
  expect(kind, name).toBeDefined();
  return kind as (typeof kinds)[number];
};

interface Definition {
  readonly spec: {
    readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: object } }[];
  };
}

describe('objects that existing installations hold', () => {
  it.each(existingObjects().map((existing) => [existing.what, existing] as const))(
    'the schema accepts a %s',
    (_what, { kind, object }) => {
      const definition = crd(kindOf(kind.kind)) as unknown as Definition;
      const schema = definition.spec.versions[0]?.schema.openAPIV3Schema ?? {};
      const [isValid, errors] = Schema.Errors(schema, object);
      expect(errors).toEqual([]);
      expect(isValid).toBe(true);
    },
  );

  const parse = (apiVersion: string, kind: string, spec: object) =>
    parseResource(kindOf(kind), { apiVersion, kind, metadata: { name: 'existing' }, spec });

  const scheduled = {
    collectionId: 'shop',
    cronJob: { enabled: true, scheduleEvery: '00 02 * * *' },
    gpgKeySecretRef: {
      createIfNotExists: true,
      email: 'shop@example.org',
      passphraseKey: 'passphrase',
      privateKey: 'private',
      publicKey: 'public',
      secretName: 'shop-keys',
    },
    operation: 'backup',
    templateRef: { kind: 'ClusterBackupProcedureTemplate', name: 'pg13' },
    tokenSecretRef: { secretName: 'shop-token', tokenKey: 'jwt' },
    vars: 'Params: {}\nRepository: {}\n',
    varsSecretRef: { secretName: 'shop-vars', importOnlyKeys: ['Params.password'] },
  };

  it('a ScheduledBackup means what it says', () => {
    expect(parse('riotkit.org/v1alpha1', 'ScheduledBackup', scheduled)).toMatchObject({
      resource: { spec: scheduled },
      warnings: [],
    });
  });

  it('references without a name are none, and entries without a name are the usual ones', () => {
    const { resource, warnings } = parse('riotkit.org/v1alpha1', 'ScheduledBackup', {
      ...scheduled,
      gpgKeySecretRef: { ...scheduled.gpgKeySecretRef, publicKey: '', privateKey: '', passphraseKey: '' },
      tokenSecretRef: { secretName: '', tokenKey: '' },
      varsSecretRef: {},
    });
    expect(warnings).toEqual([]);
    expect(resource.spec).not.toHaveProperty('tokenSecretRef');
    expect(resource.spec).not.toHaveProperty('varsSecretRef');
    expect(resource.spec).toMatchObject({
      gpgKeySecretRef: {
        secretName: 'shop-keys',
        publicKey: 'key.pub',
        privateKey: 'key',
        passphraseKey: 'passphrase',
      },
    });
  });

  it('a ScheduledBackup may leave its collection to its vars, and its keys to nobody', () => {
    const { resource, warnings } = parse('riotkit.org/v1alpha1', 'ScheduledBackup', {
      ...scheduled,
      collectionId: '',
      gpgKeySecretRef: { ...scheduled.gpgKeySecretRef, secretName: '' },
    });
    expect(resource.spec).toMatchObject({ collectionId: '' });
    expect(resource.spec).not.toHaveProperty('gpgKeySecretRef');
    expect(warnings).toEqual([
      'ScheduledBackup "existing": spec.gpgKeySecretRef is ignored: it names no Secret',
    ]);
  });

  it.each([
    ['CRON_TZ=Europe/Warsaw 0 2 * * *', undefined, 'Europe/Warsaw', 1],
    ['TZ=Europe/Warsaw 0 2 * * *', 'Asia/Tokyo', 'Asia/Tokyo', 1],
    [' 0 2 * * * ', '', undefined, 0],
  ])('a schedule may hold its time zone: %j and %j', (scheduleEvery, timeZone, zone, warned) => {
    const cronJob = { enabled: true, scheduleEvery, timeZone };
    const { resource, warnings } = parse('riotkit.org/v1alpha1', 'ScheduledBackup', {
      ...scheduled,
      cronJob,
    });
    const { timeZone: found, scheduleEvery: schedule } = (resource.spec as { cronJob: typeof cronJob })
      .cronJob;
    expect([found, schedule]).toEqual([zone, '0 2 * * *']);
    expect(warnings).toHaveLength(warned);
  });

  it('a list of keys to import that is empty imports all', () => {
    const varsSecretRef = { secretName: 'shop-vars', importOnlyKeys: [] };
    const { resource } = parse('riotkit.org/v1alpha1', 'ScheduledBackup', { ...scheduled, varsSecretRef });
    expect(resource.spec).toMatchObject({ varsSecretRef: { secretName: 'shop-vars' } });
    expect(resource.spec).not.toHaveProperty('varsSecretRef.importOnlyKeys');
  });

  it('an action runs as a Job, and a backup makes a new version, whatever it says', () => {
    const { resource, warnings } = parse('riotkit.org/v1alpha1', 'RequestedBackupAction', {
      action: 'backup',
      kindType: 'Pod',
      scheduledBackupRef: { name: 'shop' },
      targetVersion: 'v3',
    });
    expect(resource.spec).toEqual({
      action: 'backup',
      kindType: 'Job',
      scheduledBackupRef: { name: 'shop' },
    });
    expect(warnings).toEqual([
      'RequestedBackupAction "existing": spec.kindType is "Pod": it runs as a Job',
      'RequestedBackupAction "existing": spec.targetVersion is ignored: the action backup makes a new version',
    ]);
  });

  it('a collection keeps the entries that give somebody something, and says what it leaves out', () => {
    const { resource, warnings } = parse('backups.riotkit.org/v1alpha1', 'BackupCollection', {
      description: '',
      filenameTemplate: 'dump-${version}.gz',
      maxBackupsCount: 1_000_000,
      maxOneVersionSize: '10MB',
      maxCollectionSize: '1.5G',
      strategyName: 'fifo',
      strategySpec: { keepLastOlderNotMoreThan: '', maxOlderCopies: 0 },
      accessControl: [
        { userName: 'admin', roles: ['collectionManager', 'root'] },
        { name: 'machine', type: 'user', roles: ['backupUploader'] },
        { roles: ['backupUploader'] },
        { userName: 'nobody' },
      ],
    });
    expect(resource.spec).toMatchObject({
      accessControl: [
        { userName: 'admin', roles: ['collectionManager'] },
        { userName: 'machine', roles: ['backupUploader'] },
        { userName: 'nobody', roles: [] },
      ],
    });
    expect(warnings).toEqual([
      expect.stringMatching(
        /^BackupCollection "existing": spec\.accessControl\.0\.roles: there is no role "root"/,
      ),
      'BackupCollection "existing": spec.accessControl.2 is ignored: it names no user',
    ]);
  });

  it('a user keeps what gives somebody something, and says what it leaves out', () => {
    const { resource, warnings } = parse('backups.riotkit.org/v1alpha1', 'BackupUser', {
      email: '',
      password: '',
      passwordFromRef: { name: 'users', entry: 'admin' },
      roles: ['systemAdmin', 'wheel'],
      accessKeys: [
        { name: 'ci', objects: [{ name: 'shop', type: 'collection', roles: ['backupUploader'] }] },
        { name: 'idle' },
        { objects: [] },
        { name: 'other', objects: [{ name: 'shop', type: 'server', roles: [] }] },
      ],
    });
    expect(resource.spec).toMatchObject({
      password: '',
      passwordFromRef: { name: 'users', entry: 'admin' },
      roles: ['systemAdmin'],
      accessKeys: [
        { name: 'ci', objects: [{ name: 'shop', roles: ['backupUploader'] }] },
        { name: 'idle', objects: [] },
        { name: 'other', objects: [] },
      ],
    });
    expect(warnings.map((text) => text.slice('BackupUser "existing": '.length))).toEqual([
      expect.stringMatching(/^spec\.roles: there is no role "wheel"/),
      expect.stringMatching(/^spec\.accessKeys\.2 is ignored: its name/),
      expect.stringMatching(/^spec\.accessKeys\.3\.objects\.0 is ignored: it is for a server/),
    ]);
  });

  it('a field that was left empty in YAML is not there', () => {
    const { resource } = parse('backups.riotkit.org/v1alpha1', 'BackupUser', {
      email: 'a@example.org',
      roles: [],
      passwordFromRef: null,
      restrictByIP: null,
    });
    expect(resource.spec).not.toHaveProperty('passwordFromRef');
    expect(resource.spec).not.toHaveProperty('restrictByIP');
  });
});
