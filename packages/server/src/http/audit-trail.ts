import { type RouteName, routes } from '@backup-maker/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { appendAudit } from '../database/audit.ts';
import type { Repository } from '../repository.ts';
import type { Authenticated } from '../sessions/authenticate.ts';
import { pathsOf } from './route.ts';

/** What the audit log records: whatever gives access, and whatever reads or changes stored bytes. */
const auditedRoutes = [
  'login',
  'refreshToken',
  'logout',
  'upload',
  'createUpload',
  'continueUpload',
  'abandonUpload',
  'download',
  'manifest',
  'deleteVersion',
] as const satisfies readonly RouteName[];

/** Texts that come from outside must not fill the log. */
const maxTextLength = 300;

interface AuditSubject {
  readonly actor: string;
  readonly sessionId: string;
}

const subjects = new WeakMap<FastifyRequest, AuditSubject>();
const results = new WeakMap<FastifyRequest, string>();

/** Say whose request this is. */
export function noteCaller(request: FastifyRequest, { user, session }: Authenticated): void {
  subjects.set(request, { actor: user.name, sessionId: session.id });
}

/** Say who tries to log in. */
export function noteLogin(request: FastifyRequest, username: string): void {
  subjects.set(request, { actor: username, sessionId: '' });
}

/** Say how a request failed. */
export function noteFailure(request: FastifyRequest, code: string): void {
  results.set(request, code);
}

/**
 * Record each audited request before its answer leaves: what was answered is in the log. A request that could
 * not be recorded is answered all the same, because by then it has had its effect; the failure is logged.
 */
export function addAuditTrail(app: FastifyInstance, { database, now }: Repository): void {
  const actionOf = actionsByPath();
  app.addHook('onSend', async (request, reply) => {
    const action = actionOf.get(`${request.method} ${request.routeOptions.url}`);
    if (action === undefined || isUnremarkable(action, request, reply)) {
      return;
    }
    const { actor, sessionId } = subjects.get(request) ?? { actor: '', sessionId: '' };
    try {
      await appendAudit(database, {
        atMs: now(),
        actor: shortened(actor),
        sessionId,
        address: request.ip,
        action,
        object: shortened(objectOf(request, reply)),
        result: results.get(request) ?? 'ok',
      });
    } catch (error) {
      request.log.error({ err: error, action, actor }, 'the audit log could not be written');
    }
  });
}

/** Parts of an upload that go well (the last one is told by its version), and floods that were turned away. */
function isUnremarkable(action: RouteName, request: FastifyRequest, reply: FastifyReply): boolean {
  const isOneOfManyParts =
    action === 'continueUpload' && !results.has(request) && !reply.hasHeader('Backup-Version');
  return isOneOfManyParts || reply.statusCode === 429;
}

function actionsByPath(): ReadonlyMap<string, RouteName> {
  return new Map(
    auditedRoutes.flatMap((name) =>
      pathsOf(routes[name]).map((path) => [`${routes[name].method} ${path}`, name] as const),
    ),
  );
}

/** Such as `collection/iwa-ait/version/3`. */
function objectOf(request: FastifyRequest, reply: FastifyReply): string {
  const params = { ...(request.params as Readonly<Record<string, string>>) };
  const version = reply.getHeader('Backup-Version');
  const named = Object.entries(params).filter(([name]) => version === undefined || name !== 'version');
  const all = version === undefined ? named : [...named, ['version', `${version}`]];
  return all.map(([name, value]) => `${name}/${value}`).join('/');
}

function shortened(text: string): string {
  return text.slice(0, maxTextLength);
}
