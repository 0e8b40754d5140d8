import { Type } from 'typebox';
import { Conditions, Duration, ObjectName, OneOf, SecretEntryRef, Size } from './fields.ts';
import { defineKind, type Resource } from './kind.ts';
import { roles } from './roles.ts';

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
      Type.Integer({
        minimum: 0,
        maximum: 100_000,
        description: 'fifo-plus-older: how many older versions to keep besides',
      }),
    ),
    keepLastOlderNotMoreThan: Type.Optional(
      Duration('fifo-plus-older: how old the older versions may get, such as 5d'),
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
  userName: Type.Optional(ObjectName('the user; `name` means the same')),
  name: Type.Optional(ObjectName('the user; `userName` means the same')),
  type: Type.Optional(OneOf(['user'], { description: 'what the name names', default: 'user' })),
  roles: Type.Array(OneOf(roles, { description: 'a role in this collection' }), { maxItems: 32 }),
});

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
    description: Type.String({ maxLength: 4096, description: 'what is kept here, for people' }),
    filenameTemplate: Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'file name of a download; the first ${version} is replaced by the version number',
    }),
    maxBackupsCount: Type.Integer({
      minimum: 1,
      maximum: 100_000,
      description: 'how many versions fifo and fifo-plus-older keep',
    }),
    maxOneVersionSize: Size('soft limit of one version, such as 512M'),
    maxCollectionSize: Size('hard limit of all versions together, such as 5G'),
    windows: Type.Optional(
      Type.Array(
        Type.Object({
          from: Type.String({
            minLength: 1,
            maxLength: 256,
            description: 'when the window opens: five cron fields',
          }),
          duration: Duration('how long it stays open, such as 30m'),
        }),
        { maxItems: 64, description: 'when uploads are allowed; always, when there is none' },
      ),
    ),
    timeZone: Type.Optional(
      Type.String({ maxLength: 64, description: 'the time zone of the windows; UTC when left out' }),
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
      Type.Array(AccessControlEntry, {
        maxItems: 1024,
        description: 'who has which roles in this collection',
      }),
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
  rules: [
    {
      cel: '!has(self.accessControl) || self.accessControl.all(e, has(e.userName) || has(e.name))',
      message: 'every entry of accessControl needs a userName',
      holds: (spec) =>
        (spec.accessControl ?? []).every((entry) => entry.userName !== undefined || entry.name !== undefined),
    },
  ],
});

export type BackupCollection = Resource<typeof BackupCollection>;
