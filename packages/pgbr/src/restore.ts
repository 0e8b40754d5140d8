import { addAbortSignal, type Readable } from 'node:stream';
import { Failure } from '@backup-maker/model';
import { openArchive } from './archive/head.ts';
import { isSuperuser } from './restore/preflight.ts';
import { archiveTool, type DatabaseConfig, prepareDatabase, type RestoreConfig } from './restore/prepare.ts';
import { Psql } from './restore/psql.ts';
import { Roles } from './restore/roles.ts';
import { type ScriptResult, ScriptRun, type ScriptRunOptions } from './restore/script-run.ts';
import { removeOld, swap } from './restore/swap.ts';
import { refusal, Targets } from './restore/targets.ts';
import { connectServer, type Server } from './server.ts';
import { splitScript } from './sql/script.ts';
import { isWord, tokensOf } from './sql/tokens.ts';
import { feed, type RunningTool, startTool } from './tool.ts';

export interface RestoreContext {
  readonly input: Readable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
}

/** What both kinds of dump need. */
interface Restore {
  readonly config: RestoreConfig;
  readonly context: RestoreContext;
  readonly server: Server;
  readonly targets: Targets;
  readonly roles: Roles;
}

const endOfDump = '-- PostgreSQL database dump complete';
const endOfClusterDump = '-- PostgreSQL database cluster dump complete';

/**
 * Replace a database (or all) by the dump in `input`: first beside it, and in its place when all is there. The old one
 * stays as it is after a failure or an abort.
 */
export async function restore(config: RestoreConfig, context: RestoreContext): Promise<void> {
  const { warn, signal } = context;
  addAbortSignal(signal, context.input);
  try {
    await using server = await connectServer(config.connection);
    await using roles = new Roles(server);
    await using targets = new Targets({ server, inPlace: config.inPlace, warn });
    const started = { config, context, server, targets, roles };
    const result =
      config.database === undefined
        ? await restoreCluster(started)
        : await restoreDatabase({ ...config, database: config.database }, started);
    signal.throwIfAborted();
    await putInPlace(result, started);
    report(result, warn);
  } catch (error) {
    throw signal.aborted ? new Failure('cancelled', 'cancelled', { cause: error }) : error;
  }
}

async function restoreDatabase(config: DatabaseConfig, restoring: Restore): Promise<ScriptResult> {
  const { context, targets, roles, server } = restoring;
  const { toc, stream } = await openArchive(context.input);
  if (toc !== undefined) {
    await prepareDatabase(toc, config, { server, targets, roles, warn: context.warn });
  }
  const hasDatabase = targets.all.has(config.database);
  const converter = startTool(archiveTool(config, { hasDatabase }), 'pipe', context);
  // It is read after the old database is gone, with --in-place. Node throws away what nobody has begun to read when a
  // child exits; somebody who listens keeps it.
  converter.child.stdout?.on('readable', () => {});
  const fed = feedAll(stream, converter);
  fed.catch(() => {});
  try {
    const script = splitScript(converter.child.stdout as Readable);
    const run = scriptRun(restoring, {
      nameOf: () => config.database,
      verify: async (end) => {
        await converter.ended();
        if (!end.includes(endOfDump)) {
          throw new Failure('internal', 'nothing was restored: what pg_restore wrote has no end');
        }
        // To its end: only then whoever sends it knows that it was sound.
        await fed;
      },
    });
    return await run.run(script, hasDatabase ? config.database : undefined);
  } catch (error) {
    converter.child.kill('SIGKILL');
    throw error;
  }
}

async function feedAll(stream: AsyncIterable<Buffer>, converter: RunningTool): Promise<void> {
  for await (const chunk of stream) {
    await feed(converter, chunk);
  }
  converter.child.stdin?.end();
}

async function restoreCluster(restoring: Restore): Promise<ScriptResult> {
  const { context, server } = restoring;
  if (!(await isSuperuser(server))) {
    throw refusal([
      `a dump of all databases has roles and other owners' databases: only a superuser can restore it`,
    ]);
  }
  const run = scriptRun(restoring, {
    nameOf: (name) => name,
    verify: async (end) => {
      if (!end.includes(endOfClusterDump)) {
        throw new Failure(
          'integrity',
          'nothing was restored: the dump of all databases is cut short, or is no such dump; for the dump of one, give --db-name',
        );
      }
    },
  });
  return run.run(splitScript(context.input), undefined);
}

function scriptRun(
  { config, context, server, targets, roles }: Restore,
  options: Pick<ScriptRunOptions, 'nameOf' | 'verify'>,
): ScriptRun {
  const { connection, container, searchPath, verbose } = config;
  const extra = config.database === undefined ? config.extraArguments : [];
  return new ScriptRun({
    ...{ server, targets, roles, searchPath, ...options },
    startPsql: (database, more) =>
      new Psql({
        ...{ connection, container, database, context },
        extraArguments: [...more, ...extra],
        progress: (object) => (verbose ? context.warn(object) : undefined),
      }),
  });
}

async function putInPlace(
  { globals }: ScriptResult,
  { config, context, server, targets, roles }: Restore,
): Promise<void> {
  const isOwn = (statement: string) => {
    const [first, second, role] = tokensOf(statement);
    return isWord(first, 'ALTER') && isWord(second, 'ROLE') && role?.value === config.connection.user;
  };
  const databases = [...targets.all.values()];
  try {
    await swap(server, { targets: databases, globals: globals.filter((statement) => !isOwn(statement)) });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown';
    throw new Failure(
      'command-failed',
      `the restored databases could not be put in their places: ${reason}`,
      { cause },
    );
  }
  targets.done();
  roles.done();
  server.atEnd(globals.filter(isOwn));
  await removeOld(server, databases, context.warn);
}

/** @throws Failure where something that can be made from the restored data is not there */
function report({ leftOut, retried }: ScriptResult, warn: (message: string) => void): void {
  if (retried.length > 0) {
    warn(
      `made with the search path of the database, as a function that they use names no schemas: ${retried.join(', ')}`,
    );
  }
  if (leftOut.length > 0) {
    throw new Failure(
      'command-failed',
      `restored, but for ${leftOut.join(', ')}: a function that they use names things without their schemas ` +
        '(see the errors above): give the function a search_path (ALTER FUNCTION … SET search_path), and make them by hand',
    );
  }
}
