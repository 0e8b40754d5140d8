import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { untilListening } from './until-listening.ts';

/** Start a program that stays in the foreground, and wait until it listens; disposing of it ends it. */
export async function startProgram(
  file: string,
  args: readonly string[],
  port: number,
): Promise<AsyncDisposable> {
  const child = spawn(file, [...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = once(child, 'exit');
  await untilListening(port);
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
