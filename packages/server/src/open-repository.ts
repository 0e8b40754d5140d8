import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import type { ServerConfig } from './config/config.ts';
import { installationId } from './database/installation.ts';
import { claimSqlite } from './database/sqlite-claim.ts';
import { createDocuments } from './documents/documents.ts';
import type { DocumentSource } from './documents/source.ts';
import { createMetrics } from './metrics/metrics.ts';
import { openDatabase } from './open-database.ts';
import type { Repository } from './repository.ts';
import { createPasswordChecker } from './sessions/password.ts';
import { createTokenSigner } from './sessions/token.ts';
import { withIoTimeout } from './storage/io-timeout.ts';
import { openStorage } from './storage/open-storage.ts';
import { storagePlace } from './storage/place.ts';
import { createProgressCache } from './upload/resumable/progress.ts';
import { createRunningUploads } from './upload/running-uploads.ts';
import { serverVersion } from './version.ts';

export interface RepositoryOptions {
  readonly config: ServerConfig;
  /** Where collections, users and Secrets are; closed with the server. */
  readonly documents: DocumentSource;
  readonly logger: FastifyBaseLogger;
  /** Milliseconds since 1970; the machine's clock when left out. */
  readonly now?: () => number;
}

export interface OpenRepository extends AsyncDisposable {
  readonly repository: Repository;
}

const dayMs = 86_400_000;
const maxTokenMs = 365 * dayMs;
const personTokenMs = 6 * 3_600_000;
const leaseMs = 30_000;
/** Long enough for a client to reconnect; another upload may have the collection after that. */
const resumableLeaseMs = 60_000;
const uploadIdleMs = 20 * 60_000;
const maxCachedUploads = 200;
/** Existing clients close the connection of a failed backup within this time. */
const defaultUploadSettleMs = 2000;

/**
 * Open database, storage and configuration, and put together what the server works with.
 * @throws Failure that says what is wrong with one of them
 */
export async function openRepository(options: RepositoryOptions): Promise<OpenRepository> {
  const { config, logger } = options;
  const now = options.now ?? Date.now;
  // First: a mistake in the configuration is told before anything is made.
  const onWarning = (text: string) => logger.warn(text);
  const { jwtSecretKey: key, strict = false } = config;
  const tokens = createTokenSigner({ key, now, strict, onWarning });
  await using opened = new AsyncDisposableStack();
  const documents = createDocuments({ source: options.documents, onWarning });
  opened.defer(() => documents.close());
  if (config.database.kind === 'sqlite') {
    opened.use(await claimSqlite(config.database.path));
  }
  const database = await openDatabase(config.database, logger);
  opened.defer(() => database.close());
  const ownerId = await installationId(database, randomUUID);
  const place = storagePlace(config.storage);
  const storage = withIoTimeout(await openStorage(config.storage, { ownerId }), config.storageIoTimeoutMs);
  opened.defer(() => storage.close());
  logger.info({ storage: place.logged }, 'the storage is open');
  const metrics = createMetrics(serverVersion);
  const repository: Repository = {
    database,
    storage,
    storagePlace: place,
    documents,
    tokens,
    passwords: createPasswordChecker(),
    metrics,
    logger,
    now,
    maxTokenMs,
    personTokenMs,
    maxFailedLoginsPerMinute: config.rateLimits.authPerMinute,
    leaseMs,
    resumableLeaseMs,
    uploadIdleMs,
    progress: createProgressCache({ database, storage, maxUploads: maxCachedUploads }),
    uploads: createRunningUploads(metrics.activeUploads),
    healthCheckKey: config.healthCheckKey,
    requireHealthCode: config.requireHealthCode ?? false,
    healthTimeoutMs: config.storageHealthTimeoutMs,
    uploadTimeoutMs: config.uploadTimeoutMs,
    uploadSettleMs: config.uploadSettleMs ?? defaultUploadSettleMs,
    downloadTimeoutMs: config.downloadTimeoutMs,
  };
  const moved = opened.move();
  return { repository, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}
