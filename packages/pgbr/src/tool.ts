import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '@backup-maker/model';
import type { Connection, Container } from './config.ts';
import { databaseArgument } from './identifier.ts';

type ToolName = 'pg_dump' | 'pg_dumpall' | 'pg_restore' | 'psql';

export interface Tool {
  readonly name: ToolName;
  readonly arguments: readonly string[];
  readonly connection: Connection;
  /** The database to connect to. */
  readonly database: string;
  readonly container: Container | undefined;
}

/** Where a tool reads and writes; what is undefined is closed. Messages go to this process's standard error. */
export interface ToolStreams {
  readonly input?: Readable;
  /** Never inherited: pg_dump ends with 0 although the last of a dump did not fit on a full disk. */
  readonly output?: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** The program to start and its arguments. No secret is among them. */
export function commandLine(tool: Tool): { readonly program: string; readonly args: readonly string[] } {
  const { host, port, user } = tool.connection;
  const args = [
    `--host=${host}`,
    `--port=${port}`,
    `--username=${user}`,
    '--no-password',
    `--dbname=${databaseArgument(tool.database)}`,
    ...tool.arguments,
  ];
  if (tool.container === undefined) {
    return { program: tool.name, args };
  }
  const run = [
    'run',
    '--rm',
    '--interactive',
    '--network=host',
    '--env=PGPASSWORD',
    `--entrypoint=${tool.name}`,
  ];
  return { program: 'docker', args: [...run, tool.container.image, ...args] };
}

/**
 * Run a tool to its end.
 * @throws Failure `command-failed` where it does not end with 0, `missing-program` where it is not installed,
 *   `cancelled` after `signal`
 */
export async function runTool(tool: Tool, streams: ToolStreams): Promise<void> {
  const { program, args } = commandLine(tool);
  const password = tool.connection.password?.reveal();
  const child = spawn(program, args, {
    env: { ...streams.env, ...(password === undefined ? {} : { PGPASSWORD: password }) },
    stdio: [streams.input ? 'pipe' : 'ignore', streams.output ? 'pipe' : 'ignore', 'inherit'],
    signal: streams.signal,
  });
  const ended = once(child, 'close');
  const copies = [
    ...(streams.input && child.stdin ? [feed(streams.input, child.stdin)] : []),
    ...(streams.output && child.stdout ? [pipeline(child.stdout, streams.output, { end: false })] : []),
  ];
  const [outcome, ...copied] = await Promise.allSettled([ended, ...copies]);
  if (outcome.status === 'rejected') {
    throw startFailure(program, outcome.reason);
  }
  const [code, signal] = outcome.value as [number | null, NodeJS.Signals | null];
  if (code !== 0) {
    throw new Failure(
      'command-failed',
      `${tool.name} failed (${code === null ? `signal ${signal}` : `exit code ${code}`}); its messages are above`,
    );
  }
  const broken = copied.find((result) => result.status === 'rejected');
  if (broken !== undefined) {
    throw new Failure('command-failed', `the data of ${tool.name} could not be passed on`, {
      cause: broken.reason,
    });
  }
}

/** A tool that ends early closes its input: then its exit code tells what happened, not the broken pipe. */
async function feed(input: Readable, stdin: Writable): Promise<void> {
  try {
    await pipeline(input, stdin);
  } catch (error) {
    if (
      !(
        error instanceof Error &&
        'code' in error &&
        (error.code === 'EPIPE' || error.code === 'ERR_STREAM_PREMATURE_CLOSE')
      )
    ) {
      throw error;
    }
  }
}

function startFailure(program: string, cause: unknown): Failure {
  if (cause instanceof Error && cause.name === 'AbortError') {
    return new Failure('cancelled', 'cancelled', { cause });
  }
  return new Failure(
    'missing-program',
    `cannot start ${program}: install the PostgreSQL client tools (or Docker, with PGBR_USE_CONTAINER)`,
    { cause },
  );
}
