import { randomUUID } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import { Failure } from '@backup-maker/model';
import formbody from '@fastify/formbody';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import type { RateLimits } from '../config/config.ts';
import type { Repository } from '../repository.ts';
import { serverVersion } from '../version.ts';
import { addAccessLog } from './access-log.ts';
import { sendFailure } from './answer.ts';
import { addAuditTrail } from './audit-trail.ts';
import { refuseMalformed } from './malformed-request.ts';
import { openApiDocument } from './openapi.ts';
import { addRateLimits } from './rate-limits.ts';
import { addAuditRoute } from './routes/audit.ts';
import { addAuthRoutes } from './routes/auth.ts';
import { addCollectionRoutes } from './routes/collections.ts';
import { addHealthRoutes } from './routes/health.ts';
import { addMetrics } from './routes/metrics.ts';
import { addResumableUploadRoutes } from './routes/resumable-uploads.ts';
import { addVersionRoutes } from './routes/versions.ts';

export interface HttpOptions {
  /** Addresses and CIDR ranges of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  readonly rateLimits: RateLimits;
  /** Certificate and key; undefined: plain HTTP. */
  readonly tls: SecureContextOptions | undefined;
}

const maxJsonBytes = 64 * 1024;
const parserLimits = { maxHeaderSize: 32 * 1024, headersTimeout: 30_000, requireHostHeader: true } as const;
/** One chunk of a socket (64 KiB at most) waits in memory rather than two: with many uploads that is what counts. */
const highWaterMark = 16 * 1024;

/** The HTTP server, with all its routes, not listening yet. */
export async function createHttpServer(
  repository: Repository,
  options: HttpOptions,
): Promise<FastifyInstance> {
  const { logged: storage } = repository.storagePlace;
  const app = Fastify({
    loggerInstance: repository.logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    bodyLimit: maxJsonBytes,
    // The time for a whole request is bounded by each upload itself; this is the bound of last resort.
    requestTimeout: repository.uploadTimeoutMs + 60_000,
    keepAliveTimeout: 75_000,
    ...(options.tls
      ? { https: { ...options.tls, ...parserLimits, highWaterMark } }
      : { http: { ...parserLimits, highWaterMark } }),
    routerOptions: { maxParamLength: 512, ignoreTrailingSlash: true },
    return503OnClosing: false,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: false } },
    clientErrorHandler: refuseMalformed,
    frameworkErrors: (error, request, reply) => void sendFailure({ request, reply, error, storage }),
  });
  await app.register(formbody, { bodyLimit: maxJsonBytes });
  app.setErrorHandler((error, request, reply) => sendFailure({ request, reply, error, storage }));
  app.setNotFoundHandler(() => {
    throw new Failure('not-found', 'there is nothing at this address');
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.header('X-Content-Type-Options', 'nosniff');
    if (!reply.hasHeader('Cache-Control')) {
      reply.header('Cache-Control', 'no-store');
    }
  });
  addAccessLog(app);
  addAuditTrail(app, repository);
  await addRateLimits(app, options.rateLimits);
  addMetrics(app, repository);
  app.get('/openapi.json', async () => openApiDocument(serverVersion));
  addHealthRoutes(app, repository);
  addAuditRoute(app, repository);
  addAuthRoutes(app, repository);
  addCollectionRoutes(app, repository);
  await addVersionRoutes(app, repository);
  addResumableUploadRoutes(app, repository);
  return app;
}
