import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '@backup-maker/model';
import type { Connection, Container } from './config.ts';
import { databaseArgument } from './identifier.ts';
import { toolEnvironment } from './session.ts';

type ToolName = 'pg_dump' | 'pg_dumpall' | 'pg_restore' | 'psql';

export interface Tool {
  readonly name: ToolName;
  readonly arguments: readonly string[];
  /** The database to connect to; undefined where the tool only converts what it reads. */
  readonly server: { readonly connection: Connection; readonly database: string } | undefined;
  readonly container: Container | undefined;
  /** PGOPTIONS. */
  readonly sessionOptions?: string;
}

/** What surrounds a tool. */
export interface ToolContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** A tool that runs. What it is not given is closed; messages go to this process's standard error. */
export interface RunningTool {
  readonly child: ChildProcess;
  /**
   * Wait for its end.
   * @throws Failure `command-failed` where it does not end with 0, `missing-program` where it is not installed,
   *   `cancelled` after the signal
   */
  ended(): Promise<void>;
}

/** The program to start and its arguments. No secret is among them. */
export function commandLine(tool: Tool): { readonly program: string; readonly args: readonly string[] } {
  const args = [...connectionArguments(tool), ...tool.arguments];
  if (tool.container === undefined) {
    return { program: tool.name, args };
  }
  const run = [
    'run',
    '--rm',
    '--interactive',
    '--network=host',
    '--env=PGPASSWORD',
    '--env=PGOPTIONS',
    '--env=LC_ALL',
    `--entrypoint=${tool.name}`,
  ];
  return { program: 'docker', args: [...run, tool.container.image, ...args] };
}

function connectionArguments({ server }: Tool): readonly string[] {
  if (server === undefined) {
    return [];
  }
  const { host, port, user } = server.connection;
  const database = `--dbname=${databaseArgument(server.database)}`;
  return [`--host=${host}`, `--port=${port}`, `--username=${user}`, '--no-password', database];
}

export function startTool(tool: Tool, output: 'pipe' | 'ignore', context: ToolContext): RunningTool {
  const { program, args } = commandLine(tool);
  const password = tool.server?.connection.password?.reveal();
  const child = spawn(program, args, {
    env: {
      ...toolEnvironment(context.env),
      ...(password === undefined ? {} : { PGPASSWORD: password }),
      ...(tool.sessionOptions === undefined ? {} : { PGOPTIONS: tool.sessionOptions }),
    },
    stdio: ['pipe', output, 'inherit'],
    signal: context.signal,
  });
  // A tool that ends early closes its input: its exit code tells what happened, not the broken pipe.
  child.stdin?.on('error', () => {});
  const closed = once(child, 'close');
  closed.catch(() => {});
  return {
    child,
    ended: async () => {
      const [code, signal] = (await closed.catch((cause: unknown) => {
        throw startFailure(program, cause);
      })) as [number | null, NodeJS.Signals | null];
      if (code !== 0) {
        const how = code === null ? `signal ${signal}` : `exit code ${code}`;
        throw new Failure('command-failed', `${tool.name} failed (${how}); its messages are above`);
      }
    },
  };
}

/** Run a tool without input to its end, and pass on what it prints. */
export async function runTool(tool: Tool, output: Writable, context: ToolContext): Promise<void> {
  // Never inherited: pg_dump ends with 0 although the last of a dump did not fit on a full disk.
  const running = startTool(tool, 'pipe', context);
  running.child.stdin?.end();
  const copying = pipeline(running.child.stdout as Readable, output, { end: false });
  const [outcome, copied] = await Promise.allSettled([running.ended(), copying]);
  if (outcome.status === 'rejected') {
    throw outcome.reason;
  }
  if (copied.status === 'rejected') {
    throw new Failure('command-failed', `the data of ${tool.name} could not be passed on`, {
      cause: copied.reason,
    });
  }
}

/** Write to a tool as fast as it reads; what it no longer reads is dropped. */
export async function feed({ child }: RunningTool, data: Uint8Array): Promise<void> {
  const { stdin } = child;
  if (stdin === null || stdin.destroyed || !stdin.writable || stdin.write(data)) {
    return;
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  const events = ['drain', 'close', 'error'] as const;
  for (const event of events) {
    stdin.once(event, resolve);
  }
  await promise;
  for (const event of events) {
    stdin.off(event, resolve);
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
