import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const maxOutputBytes = 512 * 1024 * 1024;

export interface RunOptions {
  /** What it reads from its standard input; nothing by default. */
  readonly input?: string;
  /** Variables beside those of this process. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a program to its end and gives what it printed; fails with its messages when it does not end with 0. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { input = '', env }: RunOptions = {},
): Promise<string> {
  const running = run(program, [...args], {
    env: { ...process.env, LC_ALL: 'C.UTF-8', ...env },
    maxBuffer: maxOutputBytes,
  });
  // A program may end before it has read everything; its exit code tells why.
  running.child.stdin?.on('error', () => {});
  running.child.stdin?.end(input);
  return (await running).stdout;
}
