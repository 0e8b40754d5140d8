import { messages, routes } from '@backup-maker/api';
import { decideAccess, Failure, type HealthResult, isFailure } from '@backup-maker/model';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { listVersions } from '../../database/versions.ts';
import type { Collection } from '../../documents/collection.ts';
import { equalsSecret } from '../../health/constant-time.ts';
import { findHealthCode } from '../../health/health-code.ts';
import { checkServer } from '../../health/server-health.ts';
import type { Repository } from '../../repository.ts';
import { healthOf } from '../../versions/health.ts';
import { success } from '../answer.ts';
import { callerOf } from '../caller.ts';
import { addRoute } from '../route.ts';
import { healthView } from '../views.ts';

/** Whether the server works, and whether backups are made. */
export function addHealthRoutes(app: FastifyInstance, repository: Repository): void {
  app.get('/health', async () => success({ msg: 'The server is up and running' }));

  app.get('/ready', async (request, reply) => {
    const key = repository.healthCheckKey;
    if (!key || !equalsSecret(codeOf(request), key)) {
      throw new Failure(
        'forbidden',
        'health code invalid. Should be provided within Authorization header or in query string',
      );
    }
    const results = await checkServer(repository);
    const draining = { name: 'ShutdownValidator', passed: false, message: 'the server is shutting down' };
    return sendHealth(reply, repository.uploads.isDraining() ? [...results, draining] : results);
  });

  addRoute(app, routes.collectionHealth, async (request, reply) => {
    const { collection: name } = request.params as { collection: string };
    await insistOnHealthAccess(repository, request, name);
    return sendHealth(reply, await collectionHealth(repository, name));
  });
}

/** `Authorization: <code>` (with or without `Bearer`), or `?code=`. */
function codeOf(request: FastifyRequest): string {
  const { code } = request.query as { code?: unknown };
  const header = request.headers.authorization?.replace(/^Bearer +/i, '');
  return header ?? (typeof code === 'string' ? code : '');
}

/** Who knows the collection's code may ask, and who may see the collection. */
async function insistOnHealthAccess(
  repository: Repository,
  request: FastifyRequest,
  name: string,
): Promise<void> {
  const { documents, logger, requireHealthCode } = repository;
  const code = await findHealthCode(documents, name);
  if (!code) {
    throw new Failure('not-found', messages.collectionNotFound);
  }
  if (code.kind === 'unreadable') {
    logger.warn(`nobody can ask for the health of collection "${name}": ${code.problem}`);
  }
  const isAllowed =
    code.kind === 'code' ? code.matches(codeOf(request)) : code.kind === 'none' && !requireHealthCode;
  if (!isAllowed && !(await maySee(repository, request, name))) {
    throw new Failure('forbidden', 'health code invalid');
  }
}

/** No, too, for whatever is no token, and where a code was given besides, which is wrong. */
async function maySee(repository: Repository, request: FastifyRequest, name: string): Promise<boolean> {
  if ((request.query as { code?: unknown }).code !== undefined) {
    return false;
  }
  const caller = await callerOf(repository, request).catch((error: unknown) => {
    if (isFailure(error, 'unauthenticated')) {
      return undefined;
    }
    throw error;
  });
  if (!caller) {
    return false;
  }
  const collection = await repository.documents.findCollection(name).catch(() => undefined);
  return collection !== undefined && decideAccess({ actor: caller.actor, collection, action: 'see' }).allowed;
}

async function collectionHealth(repository: Repository, name: string): Promise<readonly HealthResult[]> {
  const { documents, database, now } = repository;
  const collection: Collection | undefined = await documents.findCollection(name).catch(() => undefined);
  if (!collection) {
    const problem = documents.problems().find((one) => one.kind === 'collection' && one.name === name);
    return [{ name: 'DefinitionValidator', passed: false, message: problem?.message ?? 'cannot be read' }];
  }
  return healthOf(collection, await listVersions(database, collection.name), now());
}

async function sendHealth(reply: FastifyReply, results: readonly HealthResult[]): Promise<unknown> {
  const health = results.map(healthView);
  if (results.every((result) => result.passed)) {
    return reply.send(success({ health }));
  }
  return reply.status(500).send({ status: false, error: messages.checksFailed, data: { health } });
}
