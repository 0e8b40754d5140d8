import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findProgram, freePort } from '@backup-maker/testing';
import pg from 'pg';

export interface PostgresServer {
  /** Of the database `postgres`, as a superuser, without a password. */
  readonly url: string;
  /** End at once, as in a crash: connections break, and the next start recovers from the log. */
  crash(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Start a real PostgreSQL on a free port of the loopback device, with an empty cluster. */
export async function startPostgres(): Promise<PostgresServer> {
  const initdb = findProgram('initdb');
  const postgres = findProgram('postgres');
  if (!initdb || !postgres) {
    throw new Error('PostgreSQL is not installed');
  }
  const account = unprivilegedAccount();
  const folder = await mkdtemp(join(tmpdir(), 'postgres-'));
  if (account) {
    await chown(folder, account.uid, account.gid);
  }
  const data = join(folder, 'data');
  const options = { ...account, cwd: folder };
  await promisify(execFile)(
    initdb,
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-N', '-E', 'UTF8'],
    options,
  );
  const port = await freePort();
  const settings = ['-c', 'fsync=off', '-c', 'listen_addresses=127.0.0.1', '-k', folder, '-p', `${port}`];
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  let server: ChildProcess | undefined;
  const start = async () => {
    server = spawn(postgres, ['-D', data, ...settings], { ...options, stdio: 'ignore' });
    await untilReady(url, server);
  };
  const end = async (signal: NodeJS.Signals) => {
    const exited = server && once(server, 'exit');
    server?.kill(signal);
    server = undefined;
    await exited;
  };
  await start();
  process.stderr.write(`database tests run on a real PostgreSQL, ${postgres}\n`);
  return {
    url,
    start,
    crash: () => end('SIGQUIT'),
    async stop() {
      // A fast shutdown, which ends connections.
      await end('SIGINT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root: its own account then. */
function unprivilegedAccount(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function untilReady(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (server.exitCode === null) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return;
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await delay(50);
    } finally {
      await client.end().catch(() => {});
    }
  }
  throw new Error(`PostgreSQL ended with ${server.exitCode}`);
}
