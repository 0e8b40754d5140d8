/** A field of an object as the schemas of existing installations describe it. */
export interface ExistingField {
  readonly type: 'string' | 'integer' | 'boolean' | 'object' | 'array';
  readonly required?: true;
  readonly oneOf?: readonly string[];
  /** Texts that match the pattern of a field that has one: they are let through today, so they stay. */
  readonly samples?: readonly string[];
  readonly fields?: Readonly<Record<string, ExistingField>>;
  readonly items?: ExistingField;
}

export interface ExistingKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly spec: ExistingField;
}

const text: ExistingField = { type: 'string' };
const integer: ExistingField = { type: 'integer' };
const flag: ExistingField = { type: 'boolean' };
const list = (items: ExistingField): ExistingField => ({ type: 'array', items });
const object = (fields: Readonly<Record<string, ExistingField>>): ExistingField => ({
  type: 'object',
  fields,
});
const required = (field: ExistingField): ExistingField => ({ ...field, required: true });
const oneOf = (...values: readonly string[]): ExistingField => ({ type: 'string', oneOf: values });
const like = (...samples: readonly string[]): ExistingField => ({ type: 'string', samples });

const size = like('1B', '512M', '10MB', '1.5G', '5GB or so', '0T');
const secretEntry = { name: required(text), entry: required(text) };

/** What each kind of an existing installation can hold: facts about its schemas, in our own words. */
export const existingKinds: readonly ExistingKind[] = [
  {
    apiVersion: 'riotkit.org/v1alpha1',
    kind: 'ClusterBackupProcedureTemplate',
    plural: 'clusterbackupproceduretemplates',
    namespaced: false,
    spec: object({ backup: required(text), image: required(text), restore: required(text) }),
  },
  {
    apiVersion: 'riotkit.org/v1alpha1',
    kind: 'RequestedBackupAction',
    plural: 'requestedbackupactions',
    namespaced: true,
    spec: object({
      action: required(oneOf('backup', 'restore')),
      kindType: required(text),
      scheduledBackupRef: required(object({ name: required(text) })),
      targetVersion: text,
    }),
  },
  {
    apiVersion: 'riotkit.org/v1alpha1',
    kind: 'ScheduledBackup',
    plural: 'scheduledbackups',
    namespaced: true,
    spec: object({
      collectionId: required(text),
      cronJob: required(object({ enabled: required(flag), scheduleEvery: text })),
      gpgKeySecretRef: required(
        object({
          createIfNotExists: required(flag),
          email: required(text),
          passphraseKey: required(text),
          privateKey: required(text),
          publicKey: required(text),
          secretName: required(text),
        }),
      ),
      operation: required(oneOf('backup', 'restore')),
      templateRef: required(object({ kind: required(text), name: required(text) })),
      tokenSecretRef: required(object({ secretName: required(text), tokenKey: required(text) })),
      vars: required(text),
      varsSecretRef: required(object({ importOnlyKeys: list(text), secretName: text })),
    }),
  },
  {
    apiVersion: 'backups.riotkit.org/v1alpha1',
    kind: 'BackupCollection',
    plural: 'backupcollections',
    namespaced: true,
    spec: required(
      object({
        description: required(text),
        filenameTemplate: required(text),
        maxBackupsCount: required(integer),
        maxOneVersionSize: required(size),
        maxCollectionSize: required(size),
        windows: list(object({ from: text, duration: like('30m', '1h30m', '90 m, 2h') })),
        strategyName: required(oneOf('fifo', 'fifo-plus-older')),
        strategySpec: required(object({ keepLastOlderNotMoreThan: text, maxOlderCopies: integer })),
        healthSecretRef: object(secretEntry),
        accessControl: list(object({ userName: text, roles: list(text) })),
      }),
    ),
  },
  {
    apiVersion: 'backups.riotkit.org/v1alpha1',
    kind: 'BackupUser',
    plural: 'backupusers',
    namespaced: true,
    spec: required(
      object({
        email: required(text),
        deactivated: flag,
        organization: text,
        about: text,
        password: text,
        passwordFromRef: object(secretEntry),
        accessKeys: list(
          object({
            name: text,
            objects: list(object({ name: required(text), type: required(text), roles: list(text) })),
            password: text,
            passwordFromRef: object(secretEntry),
          }),
        ),
        restrictByIP: list(text),
        roles: required(list(text)),
      }),
    ),
  },
];
