import type { Writable } from 'node:stream';
import type { Config } from './config.ts';
import { refuseGaps } from './gaps.ts';
import { temporaryDatabases } from './restore/database.ts';
import { technicalDatabase } from './server.ts';
import { sessionOptions } from './session.ts';
import { runTool, type Tool } from './tool.ts';

type BackupConfig = Extract<Config, { operation: 'backup' }>;

export interface BackupContext {
  readonly output: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Dump one database in pg_dump's custom format, or all of them as SQL, to `output`. */
export async function backup(config: BackupConfig, context: BackupContext): Promise<void> {
  await refuseGaps(config);
  await runTool(dumpTool(config), context.output, context);
}

/** Which tool dumps, and how: decided without running anything. */
export function dumpTool(config: BackupConfig): Tool {
  const { connection, container, database, extraArguments, compressionLevel } = config;
  if (database === undefined) {
    const excluded = [technicalDatabase, ...temporaryDatabases].map((name) => `--exclude-database=${name}`);
    const args = ['--clean', '--if-exists', ...excluded, ...extraArguments];
    const server = { connection, database: connection.connectionDatabase };
    return { name: 'pg_dumpall', arguments: args, server, container, sessionOptions };
  }
  const args = [
    '--format=custom',
    '--clean',
    '--create',
    `--compress=${compressionLevel}`,
    ...extraArguments,
  ];
  return { name: 'pg_dump', arguments: args, server: { connection, database }, container };
}
