import type { Role } from './resources/roles.ts';

/** What somebody can want to do with a collection. */
export const collectionActions = ['see', 'list', 'upload', 'upload-anytime', 'download', 'delete'] as const;

export type CollectionAction = (typeof collectionActions)[number];

/** Roles in one collection: an entry of an access key, or of a token's scope. */
export interface CollectionGrant {
  readonly collection: string;
  readonly roles: readonly Role[];
}

/** Who asks: the user, and what narrows this session down. An access key or scope without a grant allows nothing. */
export interface Actor {
  readonly userName: string;
  readonly roles: readonly Role[];
  /** The grants of the access key that was used to log in; undefined when it was the user's own password. */
  readonly accessKey: readonly CollectionGrant[] | undefined;
  /** The grants that the token was limited to when it was made; undefined when it was not. */
  readonly scope: readonly CollectionGrant[] | undefined;
}

/** An entry of a collection's access control. */
export interface AccessControlEntry {
  readonly userName: string;
  readonly roles: readonly Role[];
}

export interface AccessRequest {
  readonly actor: Actor;
  readonly collection: { readonly name: string; readonly accessControl: readonly AccessControlEntry[] };
  readonly action: CollectionAction;
}

/** The decision, with the rule that made it. */
export type AccessDecision =
  | { readonly allowed: true; readonly by: 'access-control' | 'user-roles' }
  | { readonly allowed: false; readonly by: 'access-key' | 'scope' | 'roles' };

/** The roles that each role brings with it. Both spellings of the user manager are one. */
const impliedRoles: Readonly<Record<Role, readonly Role[]>> = {
  systemAdmin: ['userManager', 'collectionManager'],
  userManager: ['usersManager'],
  usersManager: ['userManager'],
  collectionManager: ['backupDownloader', 'backupUploader', 'uploadsAnytime'],
  uploadsAnytime: ['backupUploader'],
  backupUploader: [],
  backupDownloader: [],
};

/** The roles of which any one is enough for an action. */
const sufficientRoles: Readonly<Record<CollectionAction, readonly Role[]>> = {
  see: ['backupUploader', 'backupDownloader'],
  list: ['backupUploader', 'backupDownloader'],
  upload: ['backupUploader'],
  'upload-anytime': ['uploadsAnytime'],
  download: ['backupDownloader'],
  delete: ['collectionManager'],
};

/** Every role that `granted` amounts to. */
export function expandRoles(granted: readonly Role[]): ReadonlySet<Role> {
  const expanded = new Set<Role>();
  const waiting = [...granted];
  for (let role = waiting.pop(); role !== undefined; role = waiting.pop()) {
    if (!expanded.has(role)) {
      expanded.add(role);
      waiting.push(...impliedRoles[role]);
    }
  }
  return expanded;
}

/** True when `granted` includes `role`, itself or through another one. */
export function hasRole(granted: readonly Role[], role: Role): boolean {
  return expandRoles(granted).has(role);
}

/**
 * May the actor do this to the collection? All that narrow the session (access key, scope) must allow it, and
 * then either the collection's access control or the user's own roles.
 */
export function decideAccess({ actor, collection, action }: AccessRequest): AccessDecision {
  if (actor.accessKey && !grants(rolesIn(actor.accessKey, collection.name), action)) {
    return { allowed: false, by: 'access-key' };
  }
  if (actor.scope && !grants(rolesIn(actor.scope, collection.name), action)) {
    return { allowed: false, by: 'scope' };
  }
  const entries = collection.accessControl.filter(({ userName }) => userName === actor.userName);
  if (
    grants(
      entries.flatMap((entry) => entry.roles),
      action,
    )
  ) {
    return { allowed: true, by: 'access-control' };
  }
  return grants(actor.roles, action) ? { allowed: true, by: 'user-roles' } : { allowed: false, by: 'roles' };
}

/**
 * May the actor use a role that concerns no collection (managing users, administration)? A session narrowed
 * down by an access key or a scope may not: both grant roles in collections alone.
 */
export function mayAdminister(actor: Actor, role: 'systemAdmin' | 'userManager'): boolean {
  return actor.accessKey === undefined && actor.scope === undefined && hasRole(actor.roles, role);
}

function rolesIn(granted: readonly CollectionGrant[], collection: string): readonly Role[] {
  return granted.filter((grant) => grant.collection === collection).flatMap((grant) => grant.roles);
}

function grants(granted: readonly Role[], action: CollectionAction): boolean {
  const expanded = expandRoles(granted);
  return sufficientRoles[action].some((role) => expanded.has(role));
}
