import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { findProgram, howToInstall } from './program.ts';

const readyTimeoutMs = 30_000;
const maxMessageLength = 4000;

export interface ServerPlace {
  readonly folder: string;
  readonly port: number;
}

export interface ServerOptions {
  readonly program: string;
  readonly args: (place: ServerPlace) => readonly string[];
  /** Makes the data before the first start. */
  readonly prepare?: (folder: string) => Promise<void>;
  /** Throws while the server does not answer yet. */
  readonly probe: (place: ServerPlace) => Promise<unknown>;
}

/** A real server on a free loopback port with a folder of its own; both are gone when it is disposed of. */
export class ServerProcess implements ServerPlace, AsyncDisposable {
  readonly folder: string;
  readonly port: number;
  readonly #file: string;
  readonly #options: ServerOptions;
  #child: ChildProcess | undefined;

  private constructor(file: string, options: ServerOptions, place: ServerPlace) {
    this.#file = file;
    this.#options = options;
    this.folder = place.folder;
    this.port = place.port;
  }

  static async start(options: ServerOptions): Promise<ServerProcess> {
    const file = findProgram(options.program);
    if (file === undefined) {
      throw new Error(`needs ${options.program}: ${howToInstall([options.program])}`);
    }
    const folder = await mkdtemp(join(tmpdir(), `${options.program}-`));
    const server = new ServerProcess(file, options, { folder, port: await freePort() });
    try {
      await options.prepare?.(folder);
      await server.start();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** Starts it again after `stop`, with the same data; resolves when it answers. */
  async start(): Promise<void> {
    const child = spawn(this.#file, [...this.#options.args(this)], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    let messages = '';
    child.stderr.on('data', (chunk) => {
      messages = (messages + chunk).slice(-maxMessageLength);
    });
    const deadline = Date.now() + readyTimeoutMs;
    for (;;) {
      try {
        await this.#options.probe(this);
        return;
      } catch (error) {
        if (hasEnded(child) || Date.now() > deadline) {
          throw new Error(`${this.#options.program} does not start: ${messages}`, { cause: error });
        }
        await setTimeout(50);
      }
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || hasEnded(child)) return;
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
