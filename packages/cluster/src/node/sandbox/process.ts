import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import type { LaunchPlan } from './launch-script.ts';

export interface ContainerExit {
  readonly exitCode: number;
  /** The signal that ended it, if one did. */
  readonly signal: number | undefined;
}

/** Of the programs that build a container's root: some are not on the PATH of everybody who starts a node. */
export const sandboxEnvironment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

/** A running container. */
export interface ContainerProcess {
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exited: Promise<ContainerExit>;
  /** Sends a signal to the container's first process, as a container runtime does. */
  readonly signal: (signal: 'SIGTERM' | 'SIGINT') => Promise<void>;
  /** Ends every process of the container. */
  readonly kill: () => void;
}

const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
};

/** Starts a program and hands it the plan over file descriptor 3. Rejects where the program can't be started. */
export async function startProcess(
  command: readonly string[],
  plan: LaunchPlan,
  confined: boolean,
): Promise<ContainerProcess> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    // A session of its own: a Ctrl-C in the terminal is for the node, which ends its pods in order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    cwd: '/',
    env: sandboxEnvironment,
  });
  await once(child, 'spawn');
  const pid = child.pid as number;
  const pipe = child.stdio[3] as Writable;
  // A child that ends before it reads says so by its exit code.
  pipe.on('error', () => {});
  pipe.end(JSON.stringify(plan));
  return {
    pid,
    stdout: child.stdout as Readable,
    stderr: child.stderr as Readable,
    exited: exitOf(child),
    signal: (signal) => signalContainer(pid, signal, confined),
    kill: () => sendSignal(confined ? pid : -pid, 'SIGKILL'),
  };
}

async function exitOf(child: ChildProcess): Promise<ContainerExit> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  const number = signal === null ? undefined : (signalNumbers[signal] ?? 0);
  return { exitCode: code ?? 128 + (number ?? 0), signal: number };
}

/** In a PID namespace the container's first process is the child of the process that made the namespace. */
async function signalContainer(pid: number, signal: NodeJS.Signals, confined: boolean): Promise<void> {
  if (!confined) {
    sendSignal(-pid, signal);
    return;
  }
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  for (const child of children.split(' ').filter((text) => text.trim() !== '')) {
    sendSignal(Number(child), signal);
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}
