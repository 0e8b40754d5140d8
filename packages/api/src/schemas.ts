import { type Role, roles } from '@backup-maker/model';
import { type Static, type TSchema, Type } from 'typebox';

const Nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const Time = (description: string) => Type.String({ format: 'date-time', description });
const RoleName = Type.Unsafe<Role>({ type: 'string', enum: roles });

/** What a token is limited to: these roles in these collections, and nothing else. */
export const OperationsScope = Type.Object({
  elements: Type.Array(
    Type.Object({
      type: Type.Literal('collection'),
      name: Type.String({ minLength: 1, maxLength: 253 }),
      roles: Type.Array(RoleName, { maxItems: 32 }),
    }),
    { maxItems: 256 },
  ),
});
export type OperationsScope = Static<typeof OperationsScope>;

export const LoginRequest = Type.Object({
  username: Type.String({ minLength: 1, maxLength: 512, description: 'a user, or user$accessKey' }),
  password: Type.String({ minLength: 1, maxLength: 4096 }),
  operationsScope: Type.Optional(OperationsScope),
  expiresIn: Type.Optional(
    Type.String({
      maxLength: 64,
      description:
        "duration such as 1h; the server has a maximum, which is the default for an access key. A user's password gives 6h",
    }),
  ),
});
export type LoginRequest = Static<typeof LoginRequest>;

export const LoginReply = Type.Object({
  token: Type.String(),
  sessionId: Type.String({ description: 'hex SHA-256 of the token' }),
  expire: Time('when the token ends'),
  msg: Type.String(),
});
export type LoginReply = Static<typeof LoginReply>;

/** A session, as its owner and administrators see it. */
export const GrantedAccess = Type.Object({
  id: Type.String(),
  user: Type.String(),
  accessKeyName: Type.String(),
  description: Type.String(),
  requesterIP: Type.String(),
  expiresAt: Time('when the token ends'),
  deactivated: Type.Boolean(),
  CreatedAt: Time('when it was given'),
  UpdatedAt: Time('when it changed last'),
  DeletedAt: Nullable(Time('always null: sessions stay for audit')),
});
export type GrantedAccess = Static<typeof GrantedAccess>;

export const WhoamiReply = Type.Object({
  email: Type.String(),
  permissions: Type.Array(RoleName),
  sessionId: Type.String(),
  grantedAccess: GrantedAccess,
});
export type WhoamiReply = Static<typeof WhoamiReply>;

export const UserReply = Type.Object({ email: Type.String(), permissions: Type.Array(RoleName) });
export const LogoutReply = Type.Object({ message: Type.String(), sessionId: Type.String() });
export const TokensReply = Type.Object({ grantedAccesses: Type.Array(GrantedAccess) });

export const Version = Type.Object({
  id: Type.String(),
  collectionId: Type.String(),
  versionNumber: Type.Integer({ minimum: 1 }),
  filename: Type.String(),
  filesize: Type.Integer({ minimum: 0, description: 'bytes, as stored' }),
  uploadedBySessionId: Type.String(),
  user: Type.String(),
  sha256: Type.Optional(Type.String({ description: 'hex, of the bytes as stored' })),
  recipients: Type.Optional(
    Type.Array(Type.String(), { description: 'long key ids that the message is encrypted to' }),
  ),
  CreatedAt: Time('when it was recorded, by the clock of the server'),
  UpdatedAt: Time('when its row changed last'),
  DeletedAt: Nullable(Time('null: deleted versions are not listed')),
});
export type Version = Static<typeof Version>;

export const VersionReply = Type.Object({ version: Version });
export const VersionsReply = Type.Object({ versions: Type.Array(Version) });

export const HealthCheck = Type.Object({
  name: Type.String(),
  status: Type.Boolean(),
  statusText: Type.String({ description: 'name=status' }),
  message: Type.String(),
});
export type HealthCheck = Static<typeof HealthCheck>;
export const HealthReply = Type.Object({ health: Type.Array(HealthCheck) });

export const Collection = Type.Object({
  id: Type.String(),
  description: Type.String(),
  strategyName: Type.String(),
  maxBackupsCount: Type.Integer(),
  maxOneVersionBytes: Type.Integer(),
  maxCollectionBytes: Type.Integer(),
  usedBytes: Type.Integer(),
  versionsCount: Type.Integer(),
  latestVersion: Nullable(Version),
  healthy: Type.Boolean(),
});
export type Collection = Static<typeof Collection>;
export const CollectionsReply = Type.Object({ collections: Type.Array(Collection) });
export const CollectionReply = Type.Object({ collection: Collection });
