import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Failure } from '@backup-maker/model';

/** What `backup-standalone --json` prints when it is ready. */
export interface StandaloneAddresses {
  readonly apiServer: string;
  readonly repository: string;
  readonly kubeconfig: string;
  /** Why its pods can't mount volumes, where that is so. */
  readonly unconfinedBecause?: string;
}

export interface StandaloneProcess extends AsyncDisposable {
  readonly addresses: StandaloneAddresses;
  /** Ends when the process does, for whatever reason; gives its exit code. */
  readonly exited: Promise<number>;
}

export interface StandaloneOptions {
  /** The program, with arguments before ours where it needs such. */
  readonly command: readonly [string, ...string[]];
  readonly dataDir: string;
  /** Gets its log. */
  readonly logFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted: the process is told to end, also while it starts. */
  readonly signal: AbortSignal;
}

/** Longest time for a start, on a slow machine with a cold disk. */
const startTimeoutMs = 60_000;

/** Start `backup-standalone` on free ports and wait until it is ready. Disposing of it stops it with all its pods. */
export async function startStandaloneProcess(options: StandaloneOptions): Promise<StandaloneProcess> {
  const [program, ...before] = options.command;
  const args = [
    '--data-dir',
    options.dataDir,
    '--listen',
    '127.0.0.1:0',
    '--repository-listen',
    '127.0.0.1:0',
    '--json',
  ];
  const child = spawn(program, [...before, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: options.env });
  child.stderr.pipe(createWriteStream(options.logFile, { mode: 0o600 }));
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
  };
  options.signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  try {
    const addresses = await Promise.race([
      firstLine(child.stdout),
      exited.then(failedStart(options)),
      timeout(),
    ]);
    return { addresses, exited, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function firstLine(output: NodeJS.ReadableStream): Promise<StandaloneAddresses> {
  for await (const line of createInterface({ input: output })) {
    return JSON.parse(line) as StandaloneAddresses;
  }
  // The output ended: the exit of the process says why.
  return new Promise(() => undefined);
}

function failedStart(options: StandaloneOptions): (code: number) => never {
  return (code) => {
    throw new Failure(
      'internal',
      `backup-standalone ended with ${code} before it was ready: see ${options.logFile}`,
    );
  };
}

async function timeout(): Promise<never> {
  const signal = AbortSignal.timeout(startTimeoutMs);
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  throw new Failure('timeout', `backup-standalone was not ready after ${startTimeoutMs / 1000} s`);
}
