import { type Static, Type } from 'typebox';
import { durationPattern } from '../duration.ts';
import { Conditions, Duration, Known, OneOf, Reference, SecretEntryRef, Size } from './fields.ts';
import { defineKind, type Resource } from './kind.ts';
import { knownRoles, type Role, roles } from './roles.ts';

export const strategyNames = ['fifo', 'fifo-plus-older', 'gfs'] as const;
export type StrategyName = (typeof strategyNames)[number];

const keep = (period: string) =>
  Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 100_000,
      description: `gfs: how many ${period} to keep the newest version of`,
    }),
  );

const StrategySpec = Type.Object(
  {
    maxOlderCopies: Type.Optional(
      Type.Integer({ description: 'fifo-plus-older: how many older versions to keep besides' }),
    ),
    keepLastOlderNotMoreThan: Type.Optional(
      Type.String({ description: 'fifo-plus-older: how old the older versions may get, such as 5d' }),
    ),
    keepLast: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 100_000,
        description: 'gfs: how many of the newest versions to keep',
      }),
    ),
    keepHourly: keep('hours'),
    keepDaily: keep('days'),
    keepWeekly: keep('ISO weeks'),
    keepMonthly: keep('months'),
    keepYearly: keep('years'),
    timeZone: Type.Optional(
      Type.String({ maxLength: 64, description: 'gfs: the time zone of the periods; UTC when left out' }),
    ),
  },
  { description: 'parameters of the rotation strategy' },
);

const AccessControlEntry = Type.Object({
  userName: Type.Optional(Reference('the user; `name` means the same')),
  name: Type.Optional(Reference('the user; `userName` means the same')),
  // No default: kubectl apply compares lists as a whole, and would find each object changed each time.
  type: Type.Optional(Type.String({ description: 'what the name names: user, also when left out' })),
  roles: Type.Optional(
    Type.Array(Known<Role>({ description: `a role in this collection: ${roles.join(', ')}` })),
  ),
});

const loosely = (pattern: string) => pattern.replace(/^\^|\$$/g, '');

export const BackupCollection = defineKind({
  group: 'backups.riotkit.org',
  version: 'v1alpha1',
  kind: 'BackupCollection',
  plural: 'backupcollections',
  singular: 'backupcollection',
  shortNames: ['brc', 'brcollections'],
  categories: ['backuprepository'],
  scope: 'Namespaced',
  description:
    'Where the versions of one backup are kept: how many, how large, when, and by whom they are made',
  spec: Type.Object({
    description: Type.String({ description: 'what is kept here, for people' }),
    filenameTemplate: Type.String({
      description: 'file name of a download; the first ${version} is replaced by the version number',
    }),
    maxBackupsCount: Type.Integer({ description: 'how many versions fifo and fifo-plus-older keep' }),
    maxOneVersionSize: Size('soft limit of one version, such as 512M'),
    maxCollectionSize: Size('hard limit of all versions together, such as 5G'),
    windows: Type.Optional(
      Type.Array(
        Type.Object({
          from: Type.Optional(Type.String({ description: 'when the window opens: five cron fields' })),
          duration: Type.Optional(
            Type.String({
              pattern: loosely(durationPattern),
              description: 'how long it stays open, such as 30m',
            }),
          ),
        }),
        { description: 'when uploads are allowed; always, when there is none' },
      ),
    ),
    timeZone: Type.Optional(
      Type.String({ maxLength: 64, description: 'the time zone of the windows; UTC when left out' }),
    ),
    expectedEvery: Type.Optional(
      Duration(
        'how often a version is to be made, such as 24h: the collection is unhealthy when the latest is a quarter older; from the pace of its versions when left out',
      ),
    ),
    strategyName: OneOf(strategyNames, {
      description: 'which versions are given up when a new one arrives',
      default: 'fifo',
    }),
    strategySpec: Type.Optional(StrategySpec),
    healthSecretRef: Type.Optional(
      SecretEntryRef('hex SHA-256 of the code that the health check of this collection asks for'),
    ),
    accessControl: Type.Optional(
      Type.Array(AccessControlEntry, { description: 'who has which roles in this collection' }),
    ),
    retentionLock: Type.Optional(
      Duration('no version younger than this is rotated out or deleted, by anyone'),
    ),
    encryption: Type.Optional(
      Type.Object({
        allowedKeyIds: Type.Optional(
          Type.Array(
            Type.String({
              pattern: '^(0x)?([0-9A-Fa-f]{16}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$',
              maxLength: 66,
            }),
            {
              maxItems: 64,
              description:
                'long key ids or fingerprints: accept only messages that are encrypted to one of these keys',
            },
          ),
        ),
      }),
    ),
  }),
  status: Type.Object({
    observedGeneration: Type.Optional(Type.Integer()),
    usedBytes: Type.Optional(Type.Integer({ description: 'bytes of all versions together' })),
    versionsCount: Type.Optional(Type.Integer()),
    lastBackupTime: Type.Optional(Type.String({ format: 'date-time' })),
    conditions: Type.Optional(Conditions),
  }),
  columns: [
    { name: 'Strategy', type: 'string', jsonPath: '.spec.strategyName' },
    { name: 'Filename template', type: 'string', jsonPath: '.spec.filenameTemplate' },
    { name: 'Max backups count', type: 'integer', jsonPath: '.spec.maxBackupsCount' },
    { name: 'Max collection size', type: 'string', jsonPath: '.spec.maxCollectionSize' },
    { name: 'Last backup', type: 'date', jsonPath: '.status.lastBackupTime' },
    { name: 'Health', type: 'string', jsonPath: '.status.conditions[?(@.type=="Healthy")].status' },
  ],
  requiresSpec: true,
  normalize: (spec, warn) => ({
    ...spec,
    ...(spec.accessControl && { accessControl: accessEntries(spec.accessControl, warn) }),
  }),
  rules: [
    {
      message: 'maxBackupsCount must be 1 or more',
      holds: ({ maxBackupsCount }) => maxBackupsCount >= 1,
    },
    {
      message: 'strategySpec.maxOlderCopies must be 0 or more',
      holds: ({ strategySpec }) => (strategySpec?.maxOlderCopies ?? 0) >= 0,
    },
  ],
});

/** Entries that give somebody a role that exists, with the user in `userName`. */
function accessEntries(
  entries: readonly Static<typeof AccessControlEntry>[],
  warn: (message: string) => void,
): Static<typeof AccessControlEntry>[] {
  return entries.flatMap(({ userName, name, type, roles: given }, index) => {
    const where = `spec.accessControl.${index}`;
    const user = userName || name;
    if (!user) {
      warn(`${where} is ignored: it names no user`);
      return [];
    }
    if (type && type !== 'user') {
      warn(`${where} is ignored: it is for a ${type}, and only users have roles in collections`);
      return [];
    }
    return [{ userName: user, roles: [...knownRoles(given ?? [], `${where}.roles`, warn)] }];
  });
}

export type BackupCollection = Resource<typeof BackupCollection>;
