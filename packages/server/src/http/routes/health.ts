import { messages, routes } from '@backup-maker/api';
import { checkCollection, Failure, type HealthResult } from '@backup-maker/model';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { listVersions } from '../../database/versions.ts';
import type { Collection } from '../../documents/collection.ts';
import { equalsSecret } from '../../health/constant-time.ts';
import { findHealthCode } from '../../health/health-code.ts';
import { checkServer } from '../../health/server-health.ts';
import type { Repository } from '../../repository.ts';
import { success } from '../answer.ts';
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
    await insistOnHealthCode(repository, request, name);
    return sendHealth(reply, await collectionHealth(repository, name));
  });
}

/** `Authorization: <code>` (with or without `Bearer`), or `?code=`. */
function codeOf(request: FastifyRequest): string {
  const { code } = request.query as { code?: unknown };
  const header = request.headers.authorization?.replace(/^Bearer +/i, '');
  return header ?? (typeof code === 'string' ? code : '');
}

async function insistOnHealthCode(
  { documents, logger, requireHealthCode }: Repository,
  request: FastifyRequest,
  name: string,
): Promise<void> {
  const code = await findHealthCode(documents, name);
  if (!code) {
    throw new Failure('not-found', messages.collectionNotFound);
  }
  if (code.kind === 'unreadable') {
    logger.warn(`nobody can ask for the health of collection "${name}": ${code.problem}`);
  }
  const isAllowed =
    code.kind === 'code' ? code.matches(codeOf(request)) : code.kind === 'none' && !requireHealthCode;
  if (!isAllowed) {
    throw new Failure('forbidden', 'health code invalid');
  }
}

async function collectionHealth(repository: Repository, name: string): Promise<readonly HealthResult[]> {
  const { documents, database, now } = repository;
  const collection: Collection | undefined = await documents.findCollection(name).catch(() => undefined);
  if (!collection) {
    const problem = documents.problems().find((one) => one.kind === 'collection' && one.name === name);
    return [{ name: 'DefinitionValidator', passed: false, message: problem?.message ?? 'cannot be read' }];
  }
  const { maxOneVersionBytes, maxCollectionBytes } = collection.limits;
  return checkCollection({
    windows: collection.windows,
    maxOneVersionBytes,
    maxCollectionBytes,
    versions: await listVersions(database, collection.name),
    now: new Date(now()),
  });
}

async function sendHealth(reply: FastifyReply, results: readonly HealthResult[]): Promise<unknown> {
  const health = results.map(healthView);
  if (results.every((result) => result.passed)) {
    return reply.send(success({ health }));
  }
  return reply.status(500).send({ status: false, error: messages.checksFailed, data: { health } });
}
