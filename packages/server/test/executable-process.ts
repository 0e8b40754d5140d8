import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export const executable = join(import.meta.dirname, '../bin/backup-repository.js');
const sampleConfiguration = join(import.meta.dirname, '../../../docs/examples/repository');
export const jwtKey = '0123456789abcdef0123456789abcdef';

export interface ExecutableProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** What it has written to standard output and error so far. */
  output(): string;
  /** Ends it politely; gives its exit code. */
  stop(): Promise<number | null>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
}

/** Start `backup-repository` as its users do, with the sample configuration, on a free port. */
export async function startExecutable(
  dataFolder: string,
  args: readonly string[] = [],
): Promise<ExecutableProcess> {
  const flags = ['--provider', 'filesystem', '--config-local-path', sampleConfiguration];
  const child = spawn(
    process.execPath,
    [executable, ...flags, '--data-dir', dataFolder, '--listen', '127.0.0.1:0', ...args],
    {
      env: { PATH: process.env.PATH, BR_JWT_SECRET_KEY: jwtKey, BR_HEALTH_CHECK_KEY: 'ready' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const exited = once(child, 'exit') as Promise<[number | null]>;
  let output = '';
  const listening = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const url = /Server listening at (http:[^"]+)/.exec(output)?.[1];
      if (url) {
        listening.resolve(url);
      }
    });
  }
  void exited.then(([code]) => listening.reject(new Error(`it ended with ${code}: ${output}`)));
  const url = await listening.promise;
  const stop = async () => {
    child.kill('SIGTERM');
    return (await exited)[0];
  };
  return {
    url,
    pid: child.pid ?? 0,
    output: () => output,
    stop,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}
