/** What a user of the scenarios writes. */
export interface ScheduledBackupInput {
  readonly template: string | { readonly kind: string; readonly name: string };
  readonly params: Readonly<Record<string, unknown>>;
  /** Goes into a Secret, as Params.password. */
  readonly password?: string;
  readonly podTemplate?: Readonly<Record<string, unknown>>;
  readonly cronJob?: Readonly<Record<string, unknown>>;
  readonly backoffLimit?: number;
}

export interface User {
  readonly name: string;
  readonly password: string;
  /** As `backup-repository --encode-password` prints it. */
  readonly encodedPassword: string;
}

export function object(
  apiVersion: string,
  kind: string,
  name: string,
  namespace: string,
  fields: object,
): object {
  return { apiVersion, kind, metadata: { name, namespace }, ...fields };
}

export function userAndCollection(
  namespace: string,
  user: User,
  name: string,
  collection: object,
): readonly object[] {
  const api = 'backups.riotkit.org/v1alpha1';
  return [
    object('v1', 'Secret', 'user-password', namespace, { stringData: { password: user.encodedPassword } }),
    object('v1', 'Secret', 'repository-login', namespace, {
      stringData: { username: user.name, password: user.password },
    }),
    object(api, 'BackupUser', user.name, namespace, {
      spec: { email: 'somebody@example.org', passwordFromRef: { name: 'user-password', entry: 'password' } },
    }),
    object(api, 'BackupCollection', name, namespace, {
      spec: {
        description: `Backups of ${name}`,
        filenameTemplate: `${name}-\${version}.gpg`,
        maxBackupsCount: 5,
        maxOneVersionSize: '100M',
        maxCollectionSize: '1G',
        strategyName: 'fifo',
        accessControl: [{ userName: user.name, roles: ['backupUploader', 'backupDownloader'] }],
        ...collection,
      },
    }),
  ];
}

export function scheduledBackup(
  namespace: string,
  repositoryUrl: string,
  name: string,
  input: ScheduledBackupInput,
): readonly object[] {
  const secret = object('v1', 'Secret', `${name}-vars`, namespace, {
    stringData: { 'Params.password': input.password },
  });
  const spec = {
    operation: 'backup',
    cronJob: input.cronJob ?? { enabled: false },
    collectionId: name,
    ...(input.backoffLimit !== undefined && { backoffLimit: input.backoffLimit }),
    templateRef:
      typeof input.template === 'string' ? { kind: 'internal', name: input.template } : input.template,
    gpgKeySecretRef: { secretName: 'backup-key', email: 'e2e@example.org', createIfNotExists: true },
    loginSecretRef: { secretName: 'repository-login' },
    ...(input.password !== undefined && {
      varsSecretRef: { secretName: `${name}-vars`, importOnlyKeys: ['Params.password'] },
    }),
    ...(input.podTemplate && { podTemplate: input.podTemplate }),
    vars: JSON.stringify({ Params: input.params, Repository: { url: repositoryUrl } }),
  };
  return [
    ...(input.password === undefined ? [] : [secret]),
    object('riotkit.org/v1alpha1', 'ScheduledBackup', name, namespace, { spec }),
  ];
}
