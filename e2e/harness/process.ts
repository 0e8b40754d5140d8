import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  readonly signal?: AbortSignal;
}

/** Run a program to its end and give its output. Fails with its messages, and never shows its environment. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const [program = '', ...args] = command;
  tell(`$ ${command.join(' ')}`);
  const child = spawn(program, args, {
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.signal && { signal: options.signal }),
  });
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  const [output, messages, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  tell(output + messages);
  if (code !== 0) {
    throw new Error(`${command.join(' ')} ended with ${code}: ${messages.trim()}`);
  }
  return output;
}

/** With VERBOSE, commands and what they print. Commands hold no secret: those go by environment or input. */
function tell(text: string): void {
  if (process.env.VERBOSE === 'true') {
    process.stderr.write(`${text.trimEnd()}\n`);
  }
}

export interface Daemon extends AsyncDisposable {
  readonly logFile: string;
  readonly pid: number;
  /** What it printed first; undefined where it ended before. */
  readonly firstLine: Promise<string | undefined>;
  /** Since when it runs (epoch ms); undefined once it has ended. */
  runningSince(): number | undefined;
  /** End it at once, as a power cut does. */
  kill(): Promise<void>;
}

/** Start a program that stays. All that it prints goes to a file; disposing of it ends it gracefully. */
export function startDaemon(
  command: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  logFile: string,
): Daemon {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const log = createWriteStream(logFile, { flags: 'a', mode: 0o600 });
  child.stderr.pipe(log, { end: false });
  child.stdout.pipe(log, { end: false });
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
  };
  const startedAt = Date.now();
  return {
    runningSince: () => (child.exitCode === null && child.signalCode === null ? startedAt : undefined),
    logFile,
    pid: child.pid ?? -1,
    firstLine: Promise.race([firstLineOf(child.stdout), exited.then(() => undefined)]),
    kill: () => end('SIGKILL'),
    [Symbol.asyncDispose]: () => end('SIGTERM'),
  };
}

function firstLineOf(output: Readable): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const read = (chunk: unknown) => {
      text += String(chunk);
      const end = text.indexOf('\n');
      if (end >= 0) {
        output.off('data', read);
        resolve(text.slice(0, end));
      }
    };
    output.on('data', read);
  });
}

/** The last lines of a log, for the message of a failing scenario. */
export async function tailOf(file: string, lines = 40): Promise<string> {
  const content = await readFile(file, 'utf8').catch(() => '');
  return content.split('\n').slice(-lines).join('\n');
}
