import { randomUUID } from 'node:crypto';
import type { Server } from 'node:https';
import { Failure } from '@backup-maker/model';
import type { FastifyInstance } from 'fastify';
import { createJanitor } from './background/janitor.ts';
import { createScrubber } from './background/scrubber.ts';
import { createStatusReporter } from './background/status-reporter.ts';
import { type BackgroundTask, startBackgroundTask } from './background/task.ts';
import type { ServerConfig } from './config/config.ts';
import { createHttpServer } from './http/server.ts';
import { readTlsFiles, reloadTls } from './http/tls.ts';
import { openRepository, type RepositoryOptions } from './open-repository.ts';
import type { Repository } from './repository.ts';

export interface RunningRepository {
  /** Of the address that it listens on, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Refuse new uploads, let the running requests end, and free everything. */
  close(): Promise<void>;
}

const janitorMs = 10 * 60_000;
const statusMs = 10_000;
const scrubberMs = 5 * 60_000;
const defaultScrubPeriodMs = 30 * 86_400_000;
const tlsLookMs = 10_000;

/**
 * Start a Backup Repository server.
 * @throws Failure that says what is wrong with the configuration, the database or the storage
 */
export async function startRepository(options: RepositoryOptions): Promise<RunningRepository> {
  const { config, logger } = options;
  await using opened = new AsyncDisposableStack();
  const { repository } = opened.use(await openRepository(options));
  const { trustedProxies, rateLimits } = config;
  const tls = config.tls && (await readTlsFiles(config.tls));
  const app = await createHttpServer(repository, { trustedProxies, rateLimits, tls });
  const url = await listen(app, config);
  for (const task of startBackground(repository, config)) {
    opened.defer(() => task.stop());
  }
  if (config.tls) {
    const server = app.server as Server;
    opened.defer(reloadTls({ server, files: config.tls, intervalMs: tlsLookMs, logger }));
  }
  const running = opened.move();
  return {
    url,
    async close() {
      await repository.uploads.drain();
      await closeServer(app);
      await running.disposeAsync();
    },
  };
}

function startBackground(repository: Repository, config: ServerConfig): readonly BackgroundTask[] {
  const janitor = createJanitor(repository);
  const scrubber = createScrubber(repository, config.scrubPeriodMs ?? defaultScrubPeriodMs);
  const reporter = createStatusReporter(repository);
  const { database, logger } = repository;
  const shared = { database, logger, holder: randomUUID(), random: Math.random };
  const quiet = (run: (signal: AbortSignal) => Promise<unknown>) => async (signal: AbortSignal) => {
    logger.debug({ report: await run(signal) }, 'a background task is done');
  };
  return [
    startBackgroundTask({ ...shared, name: 'janitor', intervalMs: janitorMs, run: quiet(janitor.run) }),
    startBackgroundTask({ ...shared, name: 'status', intervalMs: statusMs, run: quiet(reporter.run) }),
    startBackgroundTask({ ...shared, name: 'scrubber', intervalMs: scrubberMs, run: quiet(scrubber.run) }),
  ];
}

async function listen(app: FastifyInstance, { listen: { host, port } }: ServerConfig): Promise<string> {
  const address = { port, host: host ?? '::' };
  const url = await app.listen(address).catch((cause: NodeJS.ErrnoException) => {
    const why =
      cause.code === 'EADDRINUSE'
        ? 'another process does: end it, or choose another address'
        : `${cause.code ?? cause.message}: choose another address`;
    throw new Failure('invalid-input', `cannot listen on ${address.host} port ${port}: ${why}`, { cause });
  });
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
