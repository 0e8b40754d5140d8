import type { Secret } from '@backup-maker/model';

/** Everything that a demo's user writes; each becomes a YAML file that `kubectl apply -f` takes as well. */

export const demoNamespace = 'demo';

/** Where the users and collections of the repository are. */
const repositoryNamespace = 'backup-repository';

type Manifest = Readonly<Record<string, unknown>>;

export interface AccountOptions {
  readonly userName: string;
  readonly password: Secret;
  /** As `backup-repository --encode-password` prints it. */
  readonly encodedPassword: string;
}

/** The account, where the server finds it, and its login, where the controller finds it. */
export function account({ userName, password, encodedPassword }: AccountOptions): readonly Manifest[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: demoNamespace } },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `${userName}-password`, namespace: repositoryNamespace },
      stringData: { password: encodedPassword },
    },
    {
      apiVersion: 'backups.riotkit.org/v1alpha1',
      kind: 'BackupUser',
      metadata: { name: userName, namespace: repositoryNamespace },
      spec: {
        email: `${userName}@example.org`,
        roles: [],
        passwordFromRef: { name: `${userName}-password`, entry: 'password' },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'repository-login', namespace: demoNamespace },
      stringData: { username: userName, password: password.reveal() },
    },
  ];
}

/** A collection that the user may upload to and download from. */
export function collection(name: string, userName: string, filenameTemplate: string): Manifest {
  return {
    apiVersion: 'backups.riotkit.org/v1alpha1',
    kind: 'BackupCollection',
    metadata: { name, namespace: repositoryNamespace },
    spec: {
      description: `Backups of ${name}`,
      filenameTemplate,
      maxBackupsCount: 5,
      maxOneVersionSize: '100M',
      maxCollectionSize: '1G',
      strategyName: 'fifo',
      accessControl: [{ userName, roles: ['backupUploader', 'backupDownloader'] }],
    },
  };
}

export interface ScheduledBackupOptions {
  readonly name: string;
  readonly template: string;
  readonly repositoryUrl: string;
  readonly params: Manifest;
  readonly podTemplate?: Manifest;
  /** A Secret whose entries are laid over `vars`. */
  readonly varsSecretName?: string;
}

/** What to back up, how, and with which key; its schedule is off: actions run it. */
export function scheduledBackup(options: ScheduledBackupOptions): Manifest {
  return {
    apiVersion: 'riotkit.org/v1alpha1',
    kind: 'ScheduledBackup',
    metadata: { name: options.name, namespace: demoNamespace },
    spec: {
      operation: 'backup',
      cronJob: { enabled: false, scheduleEvery: '00 02 * * *' },
      collectionId: options.name,
      templateRef: { kind: 'internal', name: options.template },
      gpgKeySecretRef: { secretName: 'backup-key', email: 'demo@example.org', createIfNotExists: true },
      loginSecretRef: { secretName: 'repository-login' },
      ...(options.varsSecretName && {
        varsSecretRef: { secretName: options.varsSecretName, importOnlyKeys: ['Params.password'] },
      }),
      // JSON is YAML, and needs no indentation here.
      vars: JSON.stringify({ Params: options.params, Repository: { url: options.repositoryUrl } }, null, 2),
      ...(options.podTemplate && { podTemplate: options.podTemplate }),
    },
  };
}

/** Run the backup, or the restore of the latest version, once. */
export function action(operation: 'backup' | 'restore', scheduledBackupName: string): Manifest {
  return {
    apiVersion: 'riotkit.org/v1alpha1',
    kind: 'RequestedBackupAction',
    metadata: { name: `${operation}-${scheduledBackupName}`, namespace: demoNamespace },
    spec: {
      action: operation,
      scheduledBackupRef: { name: scheduledBackupName },
      ...(operation === 'restore' && { targetVersion: 'latest' }),
    },
  };
}
