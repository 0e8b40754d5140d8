import { Failure } from '@backup-maker/model';
import { type TObject, type TProperties, type TSchema, Type } from 'typebox';
import {
  CollectionReply,
  CollectionsReply,
  HealthReply,
  LoginReply,
  LoginRequest,
  LogoutReply,
  TokensReply,
  UserReply,
  VersionReply,
  VersionsReply,
  WhoamiReply,
} from './schemas.ts';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  /** In Fastify's syntax. Those below /api/stable/repository also answer below /api/alpha/repository, and the other way round. */
  readonly path: string;
  readonly summary: string;
  readonly params?: TObject;
  readonly query?: TObject;
  readonly body?: TObject;
  /** `data` of a successful answer; undefined where the answer is not JSON. */
  readonly reply?: TSchema;
  /** What older clients read beside `data`. */
  readonly beside?: TProperties;
}

const auth = '/api/stable/auth';
const collections = '/api/stable/repository/collection';

/** Longest name of a Kubernetes object. */
const maxNameLength = 253;

const CollectionParams = Type.Object({ collection: Type.String({ minLength: 1, maxLength: maxNameLength }) });
const VersionParams = Type.Object({
  ...CollectionParams.properties,
  version: Type.String({
    minLength: 1,
    maxLength: 64,
    description: 'a number, v and a number, latest, or the id of a version',
  }),
});
const UploadParams = Type.Object({
  ...CollectionParams.properties,
  upload: Type.String({ minLength: 1, maxLength: 128 }),
});

/** Every route whose path and bodies are part of the contract. */
export const routes = {
  login: { method: 'POST', path: `${auth}/login`, summary: 'Log in', body: LoginRequest, reply: LoginReply },
  refreshToken: {
    method: 'GET',
    path: `${auth}/refresh_token`,
    summary: 'A new token with the same restrictions',
    reply: LoginReply,
    beside: {
      code: Type.Literal(200),
      token: LoginReply.properties.token,
      expire: LoginReply.properties.expire,
    },
  },
  whoami: { method: 'GET', path: `${auth}/whoami`, summary: 'The session of the token', reply: WhoamiReply },
  user: {
    method: 'GET',
    path: `${auth}/user/:name`,
    summary: 'An account',
    params: Type.Object({ name: Type.String({ minLength: 1, maxLength: maxNameLength }) }),
    reply: UserReply,
  },
  logout: {
    method: 'DELETE',
    path: `${auth}/logout`,
    summary: 'Revoke a token',
    query: Type.Object({ sessionId: Type.Optional(Type.String({ maxLength: 64 })) }),
    reply: LogoutReply,
  },
  tokens: {
    method: 'GET',
    path: `${auth}/token`,
    summary: 'Sessions, newest first, 100 at most',
    query: Type.Object({ userName: Type.Optional(Type.String({ maxLength: maxNameLength })) }),
    reply: TokensReply,
  },
  collections: {
    method: 'GET',
    path: collections,
    summary: 'The collections that the caller may see',
    reply: CollectionsReply,
  },
  collection: {
    method: 'GET',
    path: `${collections}/:collection`,
    summary: 'One collection',
    params: CollectionParams,
    reply: CollectionReply,
  },
  versions: {
    method: 'GET',
    path: `${collections}/:collection/version`,
    summary: 'The versions of a collection, ascending',
    params: CollectionParams,
    reply: VersionsReply,
  },
  upload: {
    method: 'POST',
    path: `${collections}/:collection/version`,
    summary: 'Store a new version',
    params: CollectionParams,
    reply: VersionReply,
  },
  download: {
    method: 'GET',
    path: `${collections}/:collection/version/:version`,
    summary: 'The bytes of a version',
    params: VersionParams,
  },
  deleteVersion: {
    method: 'DELETE',
    path: `${collections}/:collection/version/:version`,
    summary: 'Delete a version',
    params: VersionParams,
    reply: VersionReply,
  },
  manifest: {
    method: 'GET',
    path: `${collections}/:collection/version/:version/manifest`,
    summary: "The client's manifest of a version",
    params: VersionParams,
  },
  collectionHealth: {
    method: 'GET',
    path: `${collections}/:collection/health`,
    summary: 'Whether the backups of a collection are made and whole',
    params: CollectionParams,
    query: Type.Object({ code: Type.Optional(Type.String({ maxLength: 1024 })) }),
    reply: HealthReply,
  },
  createUpload: {
    method: 'POST',
    path: `${collections}/:collection/upload`,
    summary: 'Begin a resumable upload',
    params: CollectionParams,
  },
  uploadOffset: {
    method: 'HEAD',
    path: `${collections}/:collection/upload/:upload`,
    summary: 'How much has arrived',
    params: UploadParams,
  },
  continueUpload: {
    method: 'PATCH',
    path: `${collections}/:collection/upload/:upload`,
    summary: 'Send more of it',
    params: UploadParams,
  },
  abandonUpload: {
    method: 'DELETE',
    path: `${collections}/:collection/upload/:upload`,
    summary: 'Give it up',
    params: UploadParams,
  },
  uploadManifest: {
    method: 'PUT',
    path: `${collections}/:collection/upload/:upload/manifest`,
    summary: "Give the client's manifest, before the last PATCH",
    params: UploadParams,
  },
} as const satisfies Readonly<Record<string, Route>>;

export type RouteName = keyof typeof routes;

/**
 * The path of a route with its parameters filled in, each as one path segment.
 * @throws Failure `invalid-input` where one of them is empty, or cannot be a segment
 */
export function pathOf(name: RouteName, params: Readonly<Record<string, string>> = {}): string {
  return routes[name].path.replaceAll(/:([a-z]+)/gi, (_, key: string) => {
    const value = params[key] ?? '';
    // `.` and `..` would be taken for folders by every URL parser, even when percent-encoded (WHATWG URL, 4.4).
    if (['', '.', '..'].includes(value)) {
      throw new Failure('invalid-input', `there is no ${key} with the name ${JSON.stringify(value)}`);
    }
    return encodeURIComponent(value);
  });
}
