import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '@backup-maker/testing';

const run = promisify(execFile);
const readyTimeoutMs = 30_000;

export interface ServerOptions {
  readonly program: string;
  readonly args: (place: { readonly folder: string; readonly port: number }) => readonly string[];
  /** Makes the data before the first start. */
  readonly prepare?: (folder: string) => Promise<void>;
  /** Throws while the server does not answer yet. */
  readonly probe: (server: ServerProcess) => Promise<unknown>;
}

/** A real server on a free loopback port with a folder of its own; both are gone when it is disposed of. */
export class ServerProcess implements AsyncDisposable {
  readonly folder: string;
  readonly port: number;
  readonly #options: ServerOptions;
  #child: ChildProcess | undefined;

  private constructor(options: ServerOptions, place: { readonly folder: string; readonly port: number }) {
    this.#options = options;
    this.folder = place.folder;
    this.port = place.port;
  }

  static async start(options: ServerOptions): Promise<ServerProcess> {
    const folder = await mkdtemp(join(tmpdir(), `${options.program.split('/').at(-1)}-`));
    await options.prepare?.(folder);
    const server = new ServerProcess(options, { folder, port: await freePort() });
    try {
      await server.start();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  async start(): Promise<void> {
    const child = spawn(this.#options.program, [...this.#options.args(this)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    let messages = '';
    child.stderr.on('data', (chunk) => {
      messages = (messages + chunk).slice(-4000);
    });
    const deadline = Date.now() + readyTimeoutMs;
    for (;;) {
      try {
        await this.#options.probe(this);
        return;
      } catch (error) {
        if (child.exitCode !== null || Date.now() > deadline) {
          throw new Error(`${this.#options.program} does not start: ${messages}`, { cause: error });
        }
        await setTimeout(50);
      }
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Runs a program and gives what it printed. */
export async function output(
  program: string,
  args: readonly string[],
  options: { readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const child = run(program, [...args], {
    env: { ...process.env, LC_ALL: 'C.UTF-8', ...options.env },
    maxBuffer: 512 * 1024 * 1024,
  });
  child.child.stdin?.on('error', () => {});
  child.child.stdin?.end(options.input ?? '');
  return (await child).stdout;
}
