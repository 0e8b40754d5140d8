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

export interface AccountInput {
  /** Where the scenario's own objects are. */
  readonly namespace: string;
  /** Where the server looks for users and collections: the same, unless the server serves others too. */
  readonly accounts: string;
  readonly user: User;
  readonly collection: string;
  readonly spec: object;
}

export function userAndCollection(input: AccountInput): readonly object[] {
  const { namespace, accounts, user, collection, spec } = input;
  const api = 'backups.riotkit.org/v1alpha1';
  const password = `${user.name}-password`;
  const stored = (apiVersion: string, kind: string, name: string, fields: object) => ({
    apiVersion,
    kind,
    metadata: { name, namespace: accounts, labels: { 'riotkit.org/e2e': namespace } },
    ...fields,
  });
  return [
    stored('v1', 'Secret', password, { stringData: { password: user.encodedPassword } }),
    stored(api, 'BackupUser', user.name, {
      spec: { email: 'somebody@example.org', passwordFromRef: { name: password, entry: 'password' } },
    }),
    stored(api, 'BackupCollection', collection, {
      spec: {
        description: `Backups of ${collection}`,
        filenameTemplate: `${collection}-\${version}.gpg`,
        maxBackupsCount: 5,
        maxOneVersionSize: '100M',
        maxCollectionSize: '1G',
        strategyName: 'fifo',
        accessControl: [{ userName: user.name, roles: ['backupUploader', 'backupDownloader'] }],
        ...spec,
      },
    }),
    object('v1', 'Secret', 'repository-login', namespace, {
      stringData: { username: user.name, password: user.password },
    }),
  ];
}

export interface ScheduledBackupOptions {
  readonly namespace: string;
  readonly repositoryUrl: string;
  readonly name: string;
  readonly collection: string;
  readonly input: ScheduledBackupInput;
}

export function scheduledBackup(options: ScheduledBackupOptions): readonly object[] {
  const { namespace, repositoryUrl, name, collection, input } = options;
  const secret = object('v1', 'Secret', `${name}-vars`, namespace, {
    stringData: { 'Params.password': input.password },
  });
  const spec = {
    operation: 'backup',
    cronJob: input.cronJob ?? { enabled: false },
    collectionId: collection,
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
