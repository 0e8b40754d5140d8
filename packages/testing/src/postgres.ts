import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { findProgram } from './program.ts';

export interface Postgres extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The folder of psql, pg_dump, … of the same version. */
  readonly binFolder: string;
  /** Run SQL in a database (`postgres` by default); gives the rows as psql prints them, unaligned. */
  query(sql: string, database?: string): Promise<string>;
  /** Ends it; whoever is connected is not waited for. */
  stop(): Promise<void>;
  /** Starts it again after `stop`, with the same data; resolves when it takes connections. */
  start(): Promise<void>;
}

const startTimeoutMs = 60_000;

/**
 * A new PostgreSQL cluster on a free loopback port, with password authentication, stopped and removed when
 * disposed of. The server refuses to run as root, so for root it runs as `nobody`.
 */
export async function startPostgres(): Promise<Postgres> {
  const initdb = findProgram('initdb');
  if (initdb === undefined) {
    throw new Error('needs PostgreSQL: apt-get install postgresql');
  }
  const binFolder = dirname(await realpath(initdb));
  const owner = await serverOwner();
  const folder = await mkdtemp(join(tmpdir(), 'pg-'));
  if (owner !== undefined) {
    await chown(folder, owner.uid, owner.gid);
  }
  await chmod(folder, 0o700);
  const password = 'test-password';
  const data = join(folder, 'data');
  const init = `exec "$0" --pgdata="$1" --username=postgres --auth=scram-sha-256 --pwfile=<(printf %s "$PGPASSWORD") --no-sync`;
  await run('bash', ['-c', init, initdb, data], {
    cwd: folder,
    ...owner,
    env: { ...process.env, PGPASSWORD: password },
  });
  const port = await freePort();
  const options = [
    '-D',
    data,
    '-p',
    String(port),
    '-k',
    folder,
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'fsync=off',
  ];
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    server = spawn(join(binFolder, 'postgres'), options, { cwd: folder, ...owner, stdio: 'ignore' });
    await ready(data);
  };
  const stop = async (): Promise<void> => {
    if (server !== undefined && server.exitCode === null && server.signalCode === null) {
      const ended = once(server, 'close');
      server.kill('SIGINT');
      await ended;
    }
  };
  const dispose = async (): Promise<void> => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  };
  const postgres = { host: '127.0.0.1', port, user: 'postgres', password, binFolder };
  const query = (sql: string, database = 'postgres'): Promise<string> => psql(postgres, database, sql);
  try {
    await start();
  } catch (error) {
    await dispose();
    throw error;
  }
  return { ...postgres, query, start, stop, [Symbol.asyncDispose]: dispose };
}

async function psql(
  server: Pick<Postgres, 'host' | 'port' | 'user' | 'password' | 'binFolder'>,
  database: string,
  sql: string,
): Promise<string> {
  const { host, port, user, password, binFolder } = server;
  const args = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', host, '-p', String(port), '-U', user];
  const env = { ...process.env, PGPASSWORD: password, PGDATABASE: database };
  return (await run(join(binFolder, 'psql'), [...args, '-c', sql], { env })).trimEnd();
}

/** The server writes `ready` into its pid file once it takes connections. */
async function ready(data: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while (!/^ready/m.test(await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => ''))) {
    if (Date.now() > deadline) {
      throw new Error(`PostgreSQL did not start within ${startTimeoutMs} ms`);
    }
    await setTimeout(20);
  }
}

async function serverOwner(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const passwd = await readFile('/etc/passwd', 'utf8');
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(passwd) ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

async function run(
  program: string,
  args: readonly string[],
  options: {
    readonly env: NodeJS.ProcessEnv;
    readonly cwd?: string;
    readonly uid?: number;
    readonly gid?: number;
  },
): Promise<string> {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, messages, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (code !== 0) {
    throw new Error(`${program} ended with ${code}: ${messages}`);
  }
  return output;
}
