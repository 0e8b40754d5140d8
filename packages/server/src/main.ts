import { stat } from 'node:fs/promises';
import { exitCodeOf } from '@backup-maker/api';
import { Failure, isFailure } from '@backup-maker/model';
import type { Logger } from 'pino';
import { verifyAudit } from './audit/verify.ts';
import type { Command, DatabaseLocation, ServerConfig } from './config/config.ts';
import { configProblems } from './config/config-problems.ts';
import { loadConfig } from './config/load-config.ts';
import { createFilesystemDocuments } from './documents/filesystem.ts';
import type { DocumentSource } from './documents/source.ts';
import { nextEndSignal, startedDespite } from './end-signal.ts';
import { createLogger } from './logger.ts';
import { openDatabase } from './open-database.ts';
import { encodePassword } from './sessions/password.ts';
import { sessionIdOf } from './sessions/token.ts';
import { type RunningRepository, startRepository } from './start-repository.ts';

// Not awaited at the top level: the single executable is one CommonJS file, which cannot do that.
void run().catch(report);

function report(error: unknown): void {
  const message = error instanceof Failure ? error.message : `unexpected: ${error}`;
  process.stderr.write(`backup-repository: ${message}\n`);
  process.exitCode = exitCodeOf(error);
  if (isFailure(error, 'cancelled')) {
    // The start that was given up goes on, such as with a database that does not answer.
    process.exit();
  }
}

async function run(): Promise<void> {
  const command: Command = loadConfig(process.argv.slice(2), process.env);
  switch (command.kind) {
    case 'print':
      process.stdout.write(command.text);
      return;
    case 'encode-password': {
      const { password } = command;
      const text = password === 'standard-input' ? await readStandardInput() : password.reveal();
      process.stdout.write(`${await encodePassword(text)}\n`);
      return;
    }
    case 'hash-jwt':
      process.stdout.write(`${sessionIdOf(command.token.reveal())}\n`);
      return;
    case 'verify-audit':
      return checkAudit(command.database);
    case 'check-config':
      return checkConfig(command.config);
    case 'serve':
      return serve(command.config, command.warnings);
    default:
      return command satisfies never;
  }
}

async function checkConfig(config: ServerConfig): Promise<void> {
  const problems = await configProblems(config, process.env);
  if (problems.length > 0) {
    throw new Failure('invalid-input', problems.join('; '));
  }
  process.stdout.write('the configuration is good\n');
}

async function checkAudit(location: DatabaseLocation): Promise<void> {
  const database = await openDatabase(location, await createLogger({ level: 'warn', readable: true }));
  try {
    const verdict = await verifyAudit(database);
    if (!verdict.intact) {
      throw new Failure('integrity', `the audit log was changed: record ${verdict.brokenAt} does not fit`);
    }
    // To be kept elsewhere: records that were cut off at the end leave a chain that is intact, with another end.
    process.stdout.write(
      `intact: ${verdict.records} records, the last with hash ${verdict.lastHash ?? 'none'}\n`,
    );
  } finally {
    await database.close();
  }
}

async function serve(config: ServerConfig, warnings: readonly string[]): Promise<void> {
  const asked = nextEndSignal();
  const logger = await createLogger({ level: config.logLevel, readable: process.stdout.isTTY });
  for (const warning of warnings) {
    logger.warn(warning);
  }
  const repository = await startedDespite(asked, start(config, logger));
  logger.info({ signal: await asked }, 'shutting down: running requests may end');
  try {
    await repository.close();
    logger.info('ended');
  } catch (error) {
    logger.error({ err: error }, 'cannot end cleanly');
    process.exitCode = 1;
  }
}

async function start(config: ServerConfig, logger: Logger): Promise<RunningRepository> {
  const documents = await openDocuments(config, logger);
  return startRepository({ config, documents, logger });
}

async function openDocuments(config: ServerConfig, logger: Logger): Promise<DocumentSource> {
  const { namespace, documents } = config;
  if (documents.kind === 'filesystem') {
    await insistOnFolder(documents.folder);
    return createFilesystemDocuments({ folder: documents.folder, namespace });
  }
  // Loaded when needed: it is large.
  const { openKubernetesDocuments } = await import('./documents/kubernetes.ts');
  return openKubernetesDocuments({
    kubeconfigFile: documents.kubeconfigFile,
    namespace,
    onError: (error) => logger.warn({ err: error }, 'cannot watch the configuration; trying again'),
  });
}

/** A wrong path would only show as users that are not there. */
async function insistOnFolder(folder: string): Promise<void> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );
  if (!isFolder) {
    const message = `the folder of the configuration, ${folder}, does not exist: make it, or name another with --config-local-path`;
    throw new Failure('invalid-input', message);
  }
}

/** One password; a line end after it is not part of it. */
async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}
