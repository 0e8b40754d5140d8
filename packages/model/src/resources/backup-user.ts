import { type Static, Type } from 'typebox';
import { Conditions, Known, Reference, SecretEntryRef } from './fields.ts';
import { defineKind, type Resource } from './kind.ts';
import { knownRoles, type Role, roles } from './roles.ts';

const credentials = {
  password: Type.Optional(
    Type.String({
      description: 'base64 of an Argon2id string, as `backup-repository --encode-password` prints it',
    }),
  ),
  passwordFromRef: Type.Optional(SecretEntryRef('where the same is kept in a Secret')),
};

const Roles = Type.Array(Known<Role>({ description: `a role: ${roles.join(', ')}` }));

const AccessKey = Type.Object({
  name: Type.Optional(Type.String({ description: 'log in as user$name' })),
  ...credentials,
  objects: Type.Optional(
    Type.Array(
      Type.Object({
        name: Reference('the collection'),
        type: Type.Optional(
          Type.String({ description: 'what the name names: collection, also when left out' }),
        ),
        roles: Type.Optional(Roles),
      }),
      { description: 'all that this key may do' },
    ),
  ),
});

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
    email: Type.Optional(Type.String({ description: 'shown to the user, and to administrators' })),
    roles: Type.Optional(Roles),
    deactivated: Type.Optional(Type.Boolean({ description: 'no login, and no use of tokens given before' })),
    organization: Type.Optional(Type.String({ description: 'for people' })),
    about: Type.Optional(Type.String({ description: 'for people' })),
    ...credentials,
    restrictByIP: Type.Optional(
      Type.Array(Type.String(), { description: 'addresses or CIDR ranges that this user may come from' }),
    ),
    accessKeys: Type.Optional(
      Type.Array(AccessKey, { description: 'further passwords, each with fewer rights' }),
    ),
  }),
  status: Type.Object({
    observedGeneration: Type.Optional(Type.Integer()),
    conditions: Type.Optional(Conditions),
  }),
  columns: [
    { name: 'Email', type: 'string', jsonPath: '.spec.email' },
    { name: 'Organization', type: 'string', jsonPath: '.spec.organization' },
    { name: 'Is deactivated', type: 'boolean', jsonPath: '.spec.deactivated' },
  ],
  requiresSpec: true,
  normalize: (spec, warn) => ({
    ...spec,
    roles: [...knownRoles(spec.roles ?? [], 'spec.roles', warn)],
    accessKeys: (spec.accessKeys ?? []).flatMap((key, index) =>
      accessKey(key, `spec.accessKeys.${index}`, warn),
    ),
  }),
  rules: [],
});

export type BackupUser = Resource<typeof BackupUser>;

type Warn = (message: string) => void;
type Key = Static<typeof AccessKey>;

const keyNamePattern = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,251}[A-Za-z0-9])?$/;

/** The key, if anybody can log in with it. */
function accessKey(key: Key, where: string, warn: Warn): readonly Key[] {
  if (!keyNamePattern.test(key.name ?? '')) {
    warn(`${where} is ignored: its name must be letters, digits, "-", "_" and ".", 253 at most`);
    return [];
  }
  const objects = (key.objects ?? []).flatMap((object, index) =>
    grant(object, `${where}.objects.${index}`, warn),
  );
  return [{ ...key, objects }];
}

type Grant = NonNullable<Key['objects']>[number];

function grant({ name, type, roles: given }: Grant, where: string, warn: Warn): readonly Grant[] {
  if (type && type !== 'collection') {
    warn(`${where} is ignored: it is for a ${type}, and access keys have roles only in collections`);
    return [];
  }
  return [{ name, roles: [...knownRoles(given ?? [], `${where}.roles`, warn)] }];
}
