import type { Writable } from 'node:stream';
import type { Config } from './config.ts';
import { technicalDatabase } from './server.ts';
import { runTool, type Tool } from './tool.ts';

type BackupConfig = Extract<Config, { operation: 'backup' }>;

export interface BackupContext {
  readonly output: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Dump one database in pg_dump's custom format, or all of them as SQL, to `output`. */
export async function backup(config: BackupConfig, context: BackupContext): Promise<void> {
  await runTool(dumpTool(config), context);
}

/** Which tool dumps, and how: decided without running anything. */
export function dumpTool(config: BackupConfig): Tool {
  const { connection, container, database, extraArguments, compressionLevel } = config;
  if (database === undefined) {
    const args = ['--clean', '--if-exists', `--exclude-database=${technicalDatabase}`, ...extraArguments];
    return {
      name: 'pg_dumpall',
      arguments: args,
      database: connection.connectionDatabase,
      connection,
      container,
    };
  }
  const args = [
    '--format=custom',
    '--clean',
    '--create',
    `--compress=${compressionLevel}`,
    ...extraArguments,
  ];
  return { name: 'pg_dump', arguments: args, database, connection, container };
}
