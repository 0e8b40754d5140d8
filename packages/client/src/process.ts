import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { Failure } from '@backup-maker/model';
import type { Environment } from './input.ts';

/** A command as the user gave it: a text for the shell, or a program with its arguments. */
export type CommandLine =
  | { readonly kind: 'shell'; readonly text: string }
  | { readonly kind: 'program'; readonly program: string; readonly args: readonly string[] };

export interface StartOptions {
  /** The end that is connected to us; the other one is inherited, and so are messages. */
  readonly connect: 'stdin' | 'stdout';
  readonly env: Environment;
  /** Ends the command when it is aborted. */
  readonly signal: AbortSignal;
  readonly killAfterMs?: number;
}

export interface RunningCommand extends AsyncDisposable {
  /** Where `connect` is `stdout`. */
  readonly stdout: Readable | undefined;
  /** Where `connect` is `stdin`. */
  readonly stdin: Writable | undefined;
  /**
   * Resolves once it has ended with 0.
   * @throws Failure `command-failed` for any other end, `missing-program` where it could not be started
   */
  ended(): Promise<void>;
  /** End its whole process group: SIGTERM, and SIGKILL for who does not follow. */
  kill(): Promise<void>;
}

const defaultKillAfterMs = 10_000;

/** The command from `--cmd`, or from the arguments after `--`. */
export function parseCommandLine(text: string | undefined, args: readonly string[]): CommandLine | undefined {
  const [program, ...rest] = args;
  if (text !== undefined && program !== undefined) {
    throw new Failure('invalid-input', 'give the command with --cmd (BM_CMD) or after --, not both');
  }
  if (text !== undefined) {
    return { kind: 'shell', text };
  }
  return program === undefined ? undefined : { kind: 'program', program, args: rest };
}

/**
 * Start a command in a process group of its own, so that nothing of it survives `kill`. The shell stops at the
 * first failing command of a list and of a pipeline: a dump that dies must not look complete.
 */
export function startCommand(command: CommandLine, options: StartOptions): RunningCommand {
  options.signal.throwIfAborted();
  const [program, args] =
    command.kind === 'shell'
      ? ['bash', ['--norc', '-eo', 'pipefail', '-c', command.text]]
      : [command.program, [...command.args]];
  const child = spawn(program, args, {
    detached: true,
    env: { ...options.env },
    stdio: [
      options.connect === 'stdin' ? 'pipe' : 'inherit',
      options.connect === 'stdout' ? 'pipe' : 'inherit',
      'inherit',
    ],
  });
  // Node throws away what nobody has begun to read when a child exits; somebody who listens keeps it.
  child.stdout?.on('readable', () => {});
  const groupIsEmpty = watchGroup(child);
  const outcome = exitOf(child, program);
  // A process that it left behind may hold the pipe for ever; when it failed, nobody cares for what that one says.
  const closePipes = (error?: Error) => {
    child.stdout?.on('error', () => {}).destroy(error);
    child.stdin?.on('error', () => {}).destroy();
  };
  outcome.catch(closePipes);
  let killed: Promise<void> | undefined;
  const kill = () =>
    (killed ??= (
      groupIsEmpty()
        ? Promise.resolve()
        : killGroup(child, outcome, options.killAfterMs ?? defaultKillAfterMs)
    ).finally(closePipes));
  options.signal.addEventListener('abort', () => {
    // Whoever disposes of the command awaits the same promise.
    kill().catch(() => {});
  });
  return {
    stdout: child.stdout ?? undefined,
    stdin: child.stdin ?? undefined,
    ended: () => outcome,
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

async function exitOf(child: ChildProcess, program: string): Promise<void> {
  try {
    // `exit`, not `close`: a process left in the background may keep the pipes open for ever.
    await once(child, 'exit');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
    throw new Failure(
      'missing-program',
      `cannot start ${program}${code}: is it installed, on the PATH and executable?`,
      { cause },
    );
  }
  if (child.exitCode !== 0) {
    const how =
      child.exitCode === null ? `was ended by ${child.signalCode}` : `ended with exit code ${child.exitCode}`;
    throw new Failure('command-failed', `the command ${how}`, {
      details: child.exitCode === null ? {} : { exitCode: child.exitCode },
    });
  }
}

/**
 * Whether nobody is left in the group of a child that has exited. Asked again and again, because the number of an empty
 * group may become another's while a long upload goes on; no system gives all its numbers away within a second.
 */
function watchGroup(child: ChildProcess): () => boolean {
  let isEmpty = false;
  child.once('exit', () => {
    const look = (): void => {
      isEmpty = child.pid !== undefined && !signalGroup(child.pid, 0);
      if (isEmpty) {
        clearInterval(timer);
      }
    };
    const timer = setInterval(look, 1000).unref();
    look();
  });
  return () => isEmpty;
}

async function killGroup(child: ChildProcess, outcome: Promise<void>, killAfterMs: number): Promise<void> {
  const ended = outcome.catch(() => {});
  if (child.pid === undefined) {
    return;
  }
  if (child.exitCode === null && child.signalCode === null) {
    signalGroup(child.pid, 'SIGTERM');
    const patience = new AbortController();
    await Promise.race([
      ended,
      setTimeout(killAfterMs, undefined, { signal: patience.signal }).catch(() => {}),
    ]);
    patience.abort();
  }
  // Also what the command left behind in its group.
  signalGroup(child.pid, 'SIGKILL');
  await ended;
}

/** Whether there is such a group; 0 only asks. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ESRCH' && signal !== 0) {
      throw error;
    }
    return code !== 'ESRCH';
  }
}
