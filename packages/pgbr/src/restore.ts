import { Readable } from 'node:stream';
import type { Config } from './config.ts';
import { withoutOwnRole } from './own-role.ts';
import { connectServer, technicalDatabase } from './server.ts';
import { runTool, type Tool } from './tool.ts';

type RestoreConfig = Extract<Config, { operation: 'restore' }>;

export interface RestoreContext {
  readonly input: Readable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/**
 * Replace a database (or all) by the dump in `input`. The database is closed for everybody else meanwhile, and
 * open again afterwards, also after a failure or an abort.
 */
export async function restore(config: RestoreConfig, context: RestoreContext): Promise<void> {
  await using server = await connectServer(config.connection);
  const closed = await server.close(config.database);
  try {
    const input =
      config.database === undefined
        ? Readable.from(withoutOwnRole(context.input, config.connection.user), { objectMode: false })
        : context.input;
    await runTool(restoreTool(config), { ...context, input });
  } finally {
    await server.open(closed);
  }
}

/** Which tool restores, and how: decided without running anything. */
export function restoreTool(config: RestoreConfig): Tool {
  const { connection, container, database, extraArguments } = config;
  const common = { connection, container, database: technicalDatabase };
  if (database === undefined) {
    const args = ['--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', ...extraArguments];
    return { name: 'psql', arguments: args, ...common };
  }
  const args = ['--clean', '--if-exists', '--create', '--exit-on-error', ...extraArguments];
  return { name: 'pg_restore', arguments: args, ...common };
}
