import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { ServerConfig } from './config/config.ts';
import { installationId } from './database/installation.ts';
import { createDocuments } from './documents/documents.ts';
import type { DocumentSource } from './documents/source.ts';
import { createHttpServer } from './http/server.ts';
import { createMetrics } from './metrics/metrics.ts';
import { openDatabase } from './open-database.ts';
import type { Repository } from './repository.ts';
import { createPasswordChecker } from './sessions/password.ts';
import { createTokenSigner } from './sessions/token.ts';
import { openStorage } from './storage/open-storage.ts';
import { createProgressCache } from './upload/resumable/progress.ts';
import { serverVersion } from './version.ts';

export interface RepositoryOptions {
  readonly config: ServerConfig;
  /** Where collections, users and Secrets are; closed with the server. */
  readonly documents: DocumentSource;
  readonly logger: FastifyBaseLogger;
  /** Milliseconds since 1970; the machine's clock when left out. */
  readonly now?: () => number;
}

export interface RunningRepository {
  /** Of the address that it listens on, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Refuse new uploads, let the running requests end, and free everything. */
  close(): Promise<void>;
}

const dayMs = 86_400_000;
const maxTokenMs = 365 * dayMs;
const leaseMs = 30_000;
/** Long enough for a client to reconnect; another upload may have the collection after that. */
const resumableLeaseMs = 60_000;
const uploadIdleMs = 20 * 60_000;

/**
 * Start a Backup Repository server.
 * @throws Failure that says what is wrong with the configuration, the database or the storage
 */
export async function startRepository(options: RepositoryOptions): Promise<RunningRepository> {
  const { config, logger } = options;
  const now = options.now ?? Date.now;
  // First: a mistake in the configuration is told before anything is made.
  const tokens = createTokenSigner({ key: config.jwtSecretKey, now });
  await using opened = new AsyncDisposableStack();
  const documents = createDocuments({ source: options.documents, onWarning: (text) => logger.warn(text) });
  opened.defer(() => documents.close());
  const database = await openDatabase(config.database, logger);
  opened.defer(() => database.close());
  const storage = await openStorage(config.storage, { ownerId: await installationId(database, randomUUID) });
  opened.defer(() => storage.close());
  let draining = false;
  const repository: Repository = {
    database,
    storage,
    documents,
    tokens,
    passwords: createPasswordChecker({ onUnreadable: (text) => logger.warn(text) }),
    metrics: createMetrics(serverVersion),
    logger,
    now,
    maxTokenMs,
    leaseMs,
    resumableLeaseMs,
    progress: createProgressCache({ database, storage, maxUploads: 200 }),
    uploadIdleMs,
    healthCheckKey: config.healthCheckKey,
    healthTimeoutMs: config.storageHealthTimeoutMs,
    uploadTimeoutMs: config.uploadTimeoutMs,
    downloadTimeoutMs: config.downloadTimeoutMs,
    isDraining: () => draining,
  };
  const app = await createHttpServer(repository, { trustedProxies: config.trustedProxies });
  const url = await listen(app, config);
  const running = opened.move();
  return {
    url,
    async close() {
      draining = true;
      await closeServer(app);
      await running.disposeAsync();
    },
  };
}

async function listen(app: FastifyInstance, { listen: { host, port } }: ServerConfig): Promise<string> {
  const url = await app.listen({ port, host: host ?? '::' });
  return url.replace('[::]', '127.0.0.1');
}

/** Ends when the last running request has; a connection that is kept open in between is closed at once. */
async function closeServer(app: FastifyInstance): Promise<void> {
  // Only those that are idle at that moment are closed by Node itself: others become idle later.
  const closing = setInterval(() => app.server.closeIdleConnections(), 50);
  try {
    await app.close();
  } finally {
    clearInterval(closing);
  }
}
