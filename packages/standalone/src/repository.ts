import { join } from 'node:path';
import { type Connection, createClient } from '@backup-maker/kube';
import { createKubernetesDocuments, type ServerConfig, startRepository } from '@backup-maker/server';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { keptSecret } from './kept-secret.ts';

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
  const server = await serverConfig(options);
  for (const warning of config.repository.warnings) {
    logger.warn(warning);
  }
  logger.info({ database: server.database.kind, storage: server.storage.kind }, 'where versions are kept');
  const running = await startRepository({
    config: server,
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
  const { config: asked } = config.repository;
  const isGiven = asked.jwtSecretKey.reveal() !== '';
  return {
    ...asked,
    namespace: config.namespace,
    documents: { kind: 'kubernetes', kubeconfigFile: join(config.dataDir, 'kubeconfig') },
    jwtSecretKey: isGiven ? asked.jwtSecretKey : await keptSecret(secretsFolder, 'jwt-key'),
    healthCheckKey: asked.healthCheckKey ?? (await keptSecret(secretsFolder, 'health-check-key')),
    logLevel: config.logLevel,
    listen: config.repositoryListen,
  };
}
