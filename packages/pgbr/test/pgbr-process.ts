import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Postgres } from '@backup-maker/testing';

const launcher = new URL('../bin/pgbr.js', import.meta.url).pathname;

export interface Result {
  readonly output: Buffer;
  readonly messages: string;
  readonly code: number | null;
}

export interface RunOptions {
  readonly user?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Uint8Array;
}

/** Start pgbr against a server: `['restore', '-d', 'shop']`. */
export function startPgbr(
  server: Postgres,
  [operation = '', ...args]: readonly string[],
  { user = server.user, env = {} }: RunOptions = {},
): ChildProcessByStdio<Writable, Readable, Readable> {
  const connection = ['-H', server.host, '-p', String(server.port), '-U', user];
  const child = spawn(process.execPath, [launcher, 'db', operation, ...connection, ...args], {
    env: { PATH: `${server.binFolder}:${process.env.PATH}`, PGPASSWORD: server.password, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {});
  return child;
}

export async function runPgbr(
  server: Postgres,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Result> {
  const child = startPgbr(server, args, options);
  child.stdin.end(options.input ?? Buffer.alloc(0));
  const [output, messages, [code]] = await Promise.all([
    buffer(child.stdout),
    buffer(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { output, messages: messages.toString(), code };
}

/** The databases that restores make, and should not leave. */
export function temporaryDatabases(server: Postgres): Promise<string> {
  return server.query("SELECT count(*) FROM pg_database WHERE datname LIKE 'br\\_%'");
}
