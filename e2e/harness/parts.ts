import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@backup-maker/testing';
import { eventually } from './eventually.ts';
import { type Daemon, startDaemon, tailOf } from './process.ts';
import type { Repository } from './repository.ts';

/** A process of the set that scenarios end and start again. */
export interface Part {
  /** End it at once, as a power cut does. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Whether it runs, and since when (epoch ms). A crash ends it for good: nothing here starts it again. */
  runningSince(): number | undefined;
  /** Lines of its log about what it holds for an error. */
  errors(): Promise<readonly string[]>;
}

/** Start a process that is ended with the world. */
export async function restartable(stack: AsyncDisposableStack, start: () => Promise<Daemon>): Promise<Part> {
  let daemon = await start();
  stack.defer(() => daemon[Symbol.asyncDispose]());
  return {
    kill: () => daemon.kill(),
    start: async () => {
      daemon = await start();
    },
    runningSince: () => daemon.runningSince(),
    errors: async () => (await readFile(daemon.logFile, 'utf8')).split('\n').filter(isError),
  };
}

/** Levels of pino: 50 is error, 60 fatal. What is no line of its log, such as a stack trace, is an error too. */
function isError(line: string): boolean {
  const [, level] = /^\{"level":(\d+),/.exec(line) ?? [];
  return line !== '' && (level === undefined || Number(level) >= 50);
}

/** A process that somebody else started: no scenario may end it. */
export function running(what: string, variable: string): Part {
  const refuse = async () => {
    throw new Error(
      `${what} runs by itself (${variable}=true): this scenario, which ends it, cannot be run so`,
    );
  };
  return { kill: refuse, start: refuse, runningSince: () => undefined, errors: async () => [] };
}

interface StartOptions {
  readonly logs: string;
  readonly namespace: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface ServerSettings {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

interface ServerOptions extends StartOptions {
  readonly repository: Repository;
  readonly folder: string;
  /** What a scenario wants to be different. */
  readonly settings: ServerSettings;
}

interface ControllerOptions extends StartOptions {
  /** Where /healthz and /readyz are to be. */
  readonly probes: string;
  /** What brings the client into pods with `inject`; undefined: the image of the release. */
  readonly injectImage: string | undefined;
}

export async function startServer(command: readonly string[], options: ServerOptions): Promise<Daemon> {
  const { port } = new URL(options.repository.url);
  const settings = {
    BR_CONFIG_PROVIDER: 'kubernetes',
    BR_DB_URL: `sqlite:${join(options.folder, 'repository.db')}`,
    BR_STORAGE_DRIVER_URL: `file://${join(options.folder, 'storage')}`,
    BR_DATA_DIR: join(options.folder, 'repository'),
    BR_JWT_SECRET_KEY: 'a key of the scenarios alone, long enough for HS256',
  };
  const place = ['--listen', `0.0.0.0:${port}`, '--namespace', options.namespace];
  const args = [...place, ...(options.settings.args ?? [])];
  return startAnswering({
    what: 'the server',
    command: [...command, ...args],
    env: { ...options.env, ...settings, ...options.settings.env },
    logFile: join(options.logs, 'server.log'),
    url: `${options.repository.url}/health`,
  });
}

export async function startController(
  command: readonly string[],
  { logs, namespace, env, probes, injectImage }: ControllerOptions,
): Promise<Daemon> {
  const args = [
    '--namespace',
    namespace,
    '--metrics-bind-address',
    `127.0.0.1:${await freePort()}`,
    '--health-probe-bind-address',
    new URL(probes).host,
    ...(injectImage === undefined ? [] : ['--inject-image', injectImage]),
  ];
  return startAnswering({
    what: 'the controller',
    command: [...command, ...args],
    env,
    logFile: join(logs, 'controller.log'),
    url: `${probes}/readyz`,
  });
}

interface AnsweringOptions {
  readonly what: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logFile: string;
  /** Answers with success once the process is ready. */
  readonly url: string;
}

/**
 * Start a process and wait until it is ready.
 * @throws Error with the end of its log, at once where it ended by itself
 */
async function startAnswering(options: AnsweringOptions, triesLeft = 3): Promise<Daemon> {
  const { what, command, env, logFile, url } = options;
  const daemon = startDaemon(command, env, logFile);
  const state = await eventually(`${what} is ready`, async () =>
    daemon.runningSince() === undefined ? 'ended' : (await answers(url)) && 'ready',
  ).catch(() => 'late');
  if (state === 'ready') {
    return daemon;
  }
  await daemon.kill();
  const log = await tailOf(logFile);
  // Between the choice of a free port and its use, another process may have been given it.
  if (state === 'ended' && /EADDRINUSE|cannot listen on/.test(log) && triesLeft > 0) {
    return startAnswering(options, triesLeft - 1);
  }
  throw new Error(`${what} ${state === 'ended' ? 'ended at its start' : 'did not get ready'}:\n${log}`);
}

async function answers(url: string): Promise<true | undefined> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
  await response?.body?.cancel();
  return response?.ok ? true : undefined;
}
