import { join } from 'node:path';
import { type Connection, createClient } from '@backup-maker/kube';
import { createKubernetesDocuments, type ServerConfig, startRepository } from '@backup-maker/server';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { keptSecret } from './kept-secret.ts';

const minuteMs = 60_000;

/**
 * Higher than those of a server by itself: all that comes from this machine, be it ten databases whose backups
 * begin at 02:00, has one and the same address.
 */
const rateLimits: ServerConfig['rateLimits'] = {
  defaultPerSecond: 200,
  authPerMinute: 240,
  collectionHealthPerMinute: 240,
  serverHealthPerMinute: 240,
};

export interface EmbeddedRepositoryOptions {
  readonly config: Config;
  readonly connection: Connection;
  readonly secretsFolder: string;
  readonly logger: Logger;
}

export interface EmbeddedRepository extends AsyncDisposable {
  readonly url: string;
}

/** A Backup Repository whose users and collections are objects of the embedded cluster. */
export async function startEmbeddedRepository(
  options: EmbeddedRepositoryOptions,
): Promise<EmbeddedRepository> {
  const { config, connection, logger } = options;
  const running = await startRepository({
    config: await serverConfig(options),
    documents: createKubernetesDocuments({
      client: createClient({ transport: connection.transport, fieldManager: 'backup-repository' }),
      namespace: config.namespace,
      onError: (error) => logger.warn({ err: error }, 'cannot watch users and collections; trying again'),
    }),
    logger,
  });
  return { url: running.url, [Symbol.asyncDispose]: () => running.close() };
}

async function serverConfig({ config, secretsFolder }: EmbeddedRepositoryOptions): Promise<ServerConfig> {
  const folder = join(config.dataDir, 'repository');
  return {
    namespace: config.namespace,
    database: { kind: 'sqlite', path: join(folder, 'repository.db') },
    storage: { kind: 'file', folder: join(folder, 'storage') },
    documents: { kind: 'kubernetes', kubeconfigFile: join(config.dataDir, 'kubeconfig') },
    jwtSecretKey: await keptSecret(secretsFolder, 'jwt-key'),
    healthCheckKey: await keptSecret(secretsFolder, 'health-check-key'),
    logLevel: config.logLevel,
    listen: config.repositoryListen,
    trustedProxies: [],
    tls: undefined,
    storageHealthTimeoutMs: 5000,
    storageIoTimeoutMs: 120 * minuteMs,
    uploadTimeoutMs: 180 * minuteMs,
    downloadTimeoutMs: 180 * minuteMs,
    rateLimits,
  };
}
