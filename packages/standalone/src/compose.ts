import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startCluster } from '@backup-maker/cluster';
import { startController } from '@backup-maker/controller';
import { type Connection, connect, createClient } from '@backup-maker/kube';
import { crds, Failure } from '@backup-maker/model';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { applyDefinitions } from './apply.ts';
import type { Config } from './config.ts';
import { type Definition, readDefinitions } from './definitions.ts';
import { keptSecret } from './kept-secret.ts';
import { serveNodeMetrics } from './metrics.ts';
import { podPrograms } from './pod-programs.ts';
import { startEmbeddedRepository } from './repository.ts';

/** Where everything answers, once it does. */
export interface Standalone extends AsyncDisposable {
  readonly apiServer: string;
  /** Undefined when the repository runs elsewhere. */
  readonly repository: string | undefined;
  readonly kubeconfig: string;
  /** Undefined when it was not asked for. */
  readonly metrics: string | undefined;
  /** Why pods run unconfined: they can't mount volumes then. Undefined where each has a root of its own. */
  readonly unconfinedBecause: string | undefined;
}

/** SQLITE_BUSY: another process has the database of the cluster open. */
const sqliteBusy = 5;

/**
 * Start all parts in one process, in the order in which they need each other. What was started is stopped again,
 * in reverse, when a later part does not start.
 */
export async function startStandalone(config: Config, logger: Logger): Promise<Standalone> {
  await using stack = new AsyncDisposableStack();
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
    throw new Failure('invalid-input', `--data-dir ${config.dataDir} can't be made: ${cause.code}`, {
      cause,
    });
  });
  // Read before anything is started: a mistake in a file is said at once.
  const definitions = await readDefinitions(config.apply);
  const programs = await podPrograms({
    programsFrom: config.programsFrom,
    folder: join(config.dataDir, 'programs'),
  });
  const secretsFolder = join(config.dataDir, 'secrets');
  const token = await keptSecret(secretsFolder, 'api-token');
  const cluster = stack.use(
    await startCluster({
      dataDir: join(config.dataDir, 'cluster'),
      listen: config.listen,
      token: token.reveal(),
      programs,
      hiddenPaths: [config.dataDir],
      log: logger.child({ part: 'cluster' }),
    }).catch((error: unknown) => {
      throw clusterFailure(error, config);
    }),
  );
  const kubeconfig = join(config.dataDir, 'kubeconfig');
  await replacePrivately(kubeconfig, cluster.kubeconfig());
  const connection = await connect({ type: 'text', kubeconfig: cluster.kubeconfig() });
  await install(connection, config.namespace);
  const repository = config.without.includes('repository')
    ? undefined
    : stack.use(
        await startEmbeddedRepository({
          config,
          connection,
          secretsFolder,
          logger: logger.child({ part: 'repository' }),
        }),
      );
  const registry = new Registry();
  if (!config.without.includes('controller')) {
    const controller = stack.use(
      await startController({
        connection: { type: 'text', kubeconfig: cluster.kubeconfig() },
        logger: logger.child({ part: 'controller' }),
        registry,
      }),
    );
    await controller.ready;
  }
  const metrics =
    config.metricsListen &&
    stack.adopt(await serveNodeMetrics(config.metricsListen, registry, clientOf(connection)), (endpoint) =>
      endpoint.close(),
    );
  await applyDefinitions(clientOf(connection), definitions);
  const started = stack.move();
  return {
    apiServer: cluster.url,
    repository: repository?.url,
    kubeconfig,
    metrics: metrics?.url,
    unconfinedBecause: cluster.unconfinedBecause,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** What a user can change about a cluster that does not start, said so; anything else as it is. */
function clusterFailure(error: unknown, { dataDir, listen }: Config): unknown {
  const { code, syscall, errcode } = error as NodeJS.ErrnoException & { readonly errcode?: number };
  if (errcode === sqliteBusy) {
    const message = `--data-dir ${dataDir}: another backup-standalone uses it: end that one, or choose another folder`;
    return new Failure('invalid-input', message, { cause: error });
  }
  if (syscall === 'listen') {
    const why = code === 'EADDRINUSE' ? 'another process does' : code;
    const message = `cannot listen on ${listen.host} port ${listen.port}: ${why}: choose another address with --listen`;
    return new Failure('invalid-input', message, { cause: error });
  }
  return error;
}

function clientOf({ transport }: Connection) {
  return createClient({ transport, fieldManager: 'backup-standalone' });
}

/** The kinds of this project, and the namespace of users and collections. */
async function install(connection: Connection, namespace: string): Promise<void> {
  const objects = [...crds(), { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }];
  const definitions = objects.map((object) => ({
    source: 'backup-standalone',
    object: object as unknown as Definition['object'],
  }));
  await applyDefinitions(clientOf(connection), definitions);
}

/** It holds the token of the administrator, so it is never readable for others, not even while it is written. */
async function replacePrivately(file: string, text: string): Promise<void> {
  const partial = `${file}.part`;
  await writeFile(partial, text, { mode: 0o600 });
  // A file that was there before keeps its own mode.
  await chmod(partial, 0o600);
  await rename(partial, file);
}
