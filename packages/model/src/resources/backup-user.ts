import { Type } from 'typebox';
import { ObjectName, OneOf, SecretEntryRef } from './fields.ts';
import { defineKind, type Resource } from './kind.ts';
import { roles } from './roles.ts';

const credentials = {
  password: Type.Optional(
    Type.String({
      maxLength: 1024,
      description: 'base64 of an Argon2id string, as `backup-repository --encode-password` prints it',
    }),
  ),
  passwordFromRef: Type.Optional(SecretEntryRef('where the same is kept in a Secret')),
};

const Roles = Type.Array(OneOf(roles, { description: 'a role' }), { maxItems: 32 });

const AccessKey = Type.Object({
  name: Type.String({
    pattern: '^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$',
    maxLength: 63,
    description: 'log in as user$name',
  }),
  ...credentials,
  objects: Type.Array(
    Type.Object({
      name: ObjectName('the collection'),
      type: OneOf(['collection'], { description: 'what the name names', default: 'collection' }),
      roles: Roles,
    }),
    { maxItems: 1024, description: 'all that this key may do' },
  ),
});

type Credentials = { readonly password?: string; readonly passwordFromRef?: unknown };
const onePassword = (holder: Credentials) =>
  holder.password === undefined || holder.passwordFromRef === undefined;

export const BackupUser = defineKind({
  group: 'backups.riotkit.org',
  version: 'v1alpha1',
  kind: 'BackupUser',
  plural: 'backupusers',
  singular: 'backupuser',
  shortNames: ['bru', 'brusers'],
  categories: ['backuprepository'],
  scope: 'Namespaced',
  description: 'An account of the Backup Repository: a person or a machine',
  spec: Type.Object({
    email: Type.Optional(
      Type.String({ maxLength: 254, description: 'shown to the user, and to administrators' }),
    ),
    roles: Type.Optional(Roles),
    deactivated: Type.Optional(Type.Boolean({ description: 'no login, and no use of tokens given before' })),
    organization: Type.Optional(Type.String({ maxLength: 1024 })),
    about: Type.Optional(Type.String({ maxLength: 4096 })),
    ...credentials,
    restrictByIP: Type.Optional(
      Type.Array(Type.String({ minLength: 2, maxLength: 64 }), {
        maxItems: 256,
        description: 'addresses or CIDR ranges that this user may come from',
      }),
    ),
    accessKeys: Type.Optional(
      Type.Array(AccessKey, { maxItems: 256, description: 'further passwords, each with fewer rights' }),
    ),
  }),
  status: undefined,
  columns: [
    { name: 'Email', type: 'string', jsonPath: '.spec.email' },
    { name: 'Organization', type: 'string', jsonPath: '.spec.organization' },
    { name: 'Is deactivated', type: 'boolean', jsonPath: '.spec.deactivated' },
  ],
  rules: [
    {
      cel: '!(has(self.password) && has(self.passwordFromRef))',
      message: 'give password or passwordFromRef, not both',
      holds: onePassword,
    },
    {
      cel: '!has(self.accessKeys) || self.accessKeys.all(k, !(has(k.password) && has(k.passwordFromRef)))',
      message: 'give each access key a password or a passwordFromRef, not both',
      holds: (spec) => (spec.accessKeys ?? []).every(onePassword),
    },
  ],
});

export type BackupUser = Resource<typeof BackupUser>;
