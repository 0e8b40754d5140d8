import { type Actor, type CollectionGrant, Failure } from '@backup-maker/model';
import type { Database } from '../database/database.ts';
import { findSession, type Session } from '../database/sessions.ts';
import type { Documents } from '../documents/documents.ts';
import type { User } from '../documents/user.ts';
import { refusal } from './refusal.ts';
import type { TokenSigner } from './token.ts';

const noLongerValid = 'the token is not valid (any more)';
const logInAgain = 'Log in for a new token';

/** Somebody whose token is valid, and what that token lets them do at most. */
export interface Authenticated {
  readonly session: Session;
  readonly user: User;
  readonly actor: Actor;
}

export interface AuthenticateOptions {
  readonly database: Database;
  readonly documents: Documents;
  readonly tokens: TokenSigner;
  readonly now: () => number;
}

/**
 * Who a token belongs to. Everything is looked up at every request: a session that was revoked, a user that was
 * deactivated and an access key that was removed lose access at once, on every server.
 * @throws Failure `unauthenticated`
 */
export async function authenticate(
  { database, documents, tokens, now }: AuthenticateOptions,
  token: string | undefined,
): Promise<Authenticated> {
  const sessionId = token === undefined ? undefined : await tokens.verify(token);
  const session = sessionId === undefined ? undefined : await findSession(database, sessionId);
  if (!session || session.deactivated || session.expiresAtMs <= now()) {
    throw unauthenticated(token === undefined ? 'no token was given' : noLongerValid);
  }
  const user = await documents.findUser(session.userName);
  if (!user) {
    throw unauthenticated(noLongerValid);
  }
  if (user.deactivated) {
    throw refusal(`${noLongerValid}. ${logInAgain}`, 'user-deactivated', user.name);
  }
  return { session, user, actor: actorOf(session, user) };
}

function actorOf(session: Session, user: User): Actor {
  return {
    userName: user.name,
    roles: user.roles,
    accessKey: accessKeyGrants(session, user),
    scope: session.scope?.elements.map((element) => ({ collection: element.name, roles: element.roles })),
  };
}

function accessKeyGrants(session: Session, user: User): readonly CollectionGrant[] | undefined {
  if (session.accessKeyName === undefined) {
    return undefined;
  }
  const key = user.accessKeys.find((one) => one.name === session.accessKeyName);
  if (!key) {
    throw unauthenticated('the access key of this token was removed');
  }
  return key.grants;
}

function unauthenticated(reason: string): Failure {
  return new Failure('unauthenticated', `${reason}. ${logInAgain}`);
}
