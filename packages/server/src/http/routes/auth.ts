import { type LoginRequest, messages, routes } from '@backup-maker/api';
import { expandRoles, Failure, mayAdminister, type Role, roles } from '@backup-maker/model';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { deactivateSession, findSession, listSessions } from '../../database/sessions.ts';
import type { Repository } from '../../repository.ts';
import type { Authenticated } from '../../sessions/authenticate.ts';
import { type IssuedToken, issueToken, login } from '../../sessions/login.ts';
import { insistOnAddress } from '../../sessions/refusal.ts';
import { success } from '../answer.ts';
import { noteLogin } from '../audit-trail.ts';
import { callerOf } from '../caller.ts';
import { addRoute } from '../route.ts';
import { sessionView, timeView } from '../views.ts';

const maxListedSessions = 100;

/** Logging in and out, and what one may know of accounts and sessions. */
export function addAuthRoutes(app: FastifyInstance, repository: Repository): void {
  addRoute(
    app,
    routes.login,
    async (request) => {
      const order = request.body as LoginRequest;
      noteLogin(request, order.username);
      const issued = await login(repository, order, request.ip);
      return success(tokenView(issued));
    },
    { preValidation: insistOnCredentials },
  );

  addRoute(app, routes.refreshToken, async (request) => {
    const { session, user } = await callerOf(repository, request);
    insistOnAddress(user, request.ip);
    const issued = await issueToken(repository, {
      userName: user.name,
      accessKeyName: session.accessKeyName,
      scope: session.scope,
      address: request.ip,
      description: 'refreshed',
      durationMs: Math.min(session.expiresAtMs - session.createdAtMs, repository.maxTokenMs),
    });
    const view = tokenView(issued);
    return { code: 200, token: view.token, expire: view.expire, ...success(view) };
  });

  addRoute(app, routes.whoami, async (request) => {
    const caller = await callerOf(repository, request);
    return success({
      email: caller.user.email,
      permissions: permissionsOf(caller),
      sessionId: caller.session.id,
      grantedAccess: sessionView(caller.session),
    });
  });

  addRoute(app, routes.user, async (request) => {
    const caller = await callerOf(repository, request);
    const { name } = request.params as { name: string };
    if (name !== caller.user.name && !mayAdminister(caller.actor, 'userManager')) {
      throw new Failure('forbidden', messages.mayNotViewUser);
    }
    const user = await repository.documents.findUser(name);
    if (!user) {
      throw new Failure('not-found', 'cannot find specified user');
    }
    return success({ email: user.email, permissions: [...user.roles] });
  });

  addRoute(app, routes.logout, async (request) => {
    const caller = await callerOf(repository, request);
    const { sessionId = caller.session.id } = request.query as { sessionId?: string };
    await revoke(repository, caller, sessionId);
    return success({ message: messages.revoked, sessionId });
  });

  addRoute(app, routes.tokens, async (request) => {
    const caller = await callerOf(repository, request);
    const { userName = caller.user.name } = request.query as { userName?: string };
    if (userName !== caller.user.name && !mayAdminister(caller.actor, 'systemAdmin')) {
      throw new Failure('forbidden', 'only an administrator may list the sessions of others');
    }
    const sessions = await listSessions(repository.database, userName, maxListedSessions);
    return success({ grantedAccesses: sessions.map(sessionView) });
  });
}

/** Not malformed, but not authenticated: what scripts expect of a login that leaves something out. */
async function insistOnCredentials({ body }: FastifyRequest): Promise<void> {
  if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body))) {
    return;
  }
  const fields = (body ?? {}) as Partial<LoginRequest>;
  if ([fields.username, fields.password].some((text) => text === undefined || text === '')) {
    throw new Failure('unauthenticated', messages.missingCredentials);
  }
}

async function revoke(
  { database, now }: Repository,
  caller: Authenticated,
  sessionId: string,
): Promise<void> {
  const session = await findSession(database, sessionId);
  if (session?.userName !== caller.user.name && !mayAdminister(caller.actor, 'systemAdmin')) {
    // The same for a session that is unknown: who is not an administrator learns nothing of others.
    throw new Failure('forbidden', messages.mayNotRevoke);
  }
  if (!session) {
    throw new Failure('not-found', 'cannot find specified session');
  }
  await deactivateSession(database, session.id, now());
}

function tokenView({ token, sessionId, expiresAtMs }: IssuedToken) {
  return {
    token,
    sessionId,
    expire: timeView(expiresAtMs),
    msg: 'Keep the token secret; it cannot be shown again',
  };
}

/** The roles that the session can have an effect with: those of its access key, or of its scope, where it has one. */
function permissionsOf({ actor }: Authenticated): readonly Role[] {
  const narrowed = actor.accessKey ?? actor.scope;
  if (!narrowed) {
    return actor.roles;
  }
  const granted = expandRoles(narrowed.flatMap((grant) => grant.roles));
  const within = actor.scope && expandRoles(actor.scope.flatMap((grant) => grant.roles));
  return roles.filter((role) => granted.has(role) && (!within || within.has(role)));
}
