import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const packages = resolve(import.meta.dirname, '../..');
const executables = {
  server: join(packages, 'server/bin/backup-repository.js'),
  controller: join(packages, 'controller/bin/backup-maker-controller.js'),
  standalone: join(packages, 'standalone/bin/backup-standalone.js'),
};

interface Outcome {
  readonly code: number | string;
  readonly output: string;
}

/** Outside a cluster, with a key for the server; ends it where it does not end itself. */
function start(part: keyof typeof executables, args: readonly string[], home: string): Promise<Outcome> {
  const env = { PATH: process.env.PATH, HOME: home, BR_JWT_SECRET_KEY: '0123456789abcdef0123456789abcdef' };
  return new Promise((done) => {
    execFile(
      process.execPath,
      [executables[part], ...args],
      { env, timeout: 50_000 },
      (error, stdout, stderr) => {
        done({ code: error?.code ?? error?.signal ?? 0, output: stdout + stderr });
      },
    );
  });
}

interface Places {
  readonly folder: string;
  /** Of a port that is taken. */
  readonly taken: string;
  /** A data folder that a standalone has open. */
  readonly used: string;
}

const free = ['--listen', '127.0.0.1:0', '--repository-listen', '127.0.0.1:0'];
const files = (folder: string) => ['--provider', 'filesystem', '--config-local-path', folder];

const rows: readonly {
  readonly part: keyof typeof executables;
  readonly what: string;
  readonly args: (places: Places) => readonly string[];
  readonly says: string;
}[] = [
  {
    part: 'server',
    what: 'no arguments outside a cluster',
    args: ({ folder }) => ['--data-dir', join(folder, 'server')],
    says: 'this is no pod of a cluster',
  },
  {
    part: 'server',
    what: 'a configuration folder that is not there',
    args: ({ folder }) => [...files(join(folder, 'nothing')), '--data-dir', join(folder, 'server')],
    says: 'does not exist: make it, or name another with --config-local-path',
  },
  {
    part: 'server',
    what: 'a port that is taken',
    args: ({ folder, taken }) => [...files(folder), '--data-dir', join(folder, 'server'), '--listen', taken],
    says: 'another process does: end it, or choose another address',
  },
  {
    part: 'controller',
    what: 'no arguments outside a cluster',
    args: () => [],
    says: 'cannot use the Kubernetes configuration',
  },
  {
    part: 'controller',
    what: 'a port that is taken',
    args: ({ folder, taken }) => ['--kubeconfig', join(folder, 'used', 'kubeconfig'), '-m', taken, '-p', '0'],
    says: 'EADDRINUSE',
  },
  {
    part: 'standalone',
    what: 'no arguments',
    args: () => [],
    says: 'say where to keep the data: --data-dir',
  },
  {
    part: 'standalone',
    what: 'a data folder that another uses',
    args: ({ used }) => ['--data-dir', used, ...free],
    says: 'another backup-standalone uses it',
  },
  {
    part: 'standalone',
    what: 'a data folder that is a file',
    args: ({ folder }) => ['--data-dir', join(folder, 'file'), ...free],
    says: "can't be made",
  },
  {
    part: 'standalone',
    what: 'a port that is taken',
    args: ({ folder, taken }) => ['--data-dir', join(folder, 'own'), '--listen', taken],
    says: 'choose another address with --listen',
  },
  {
    part: 'standalone',
    what: 'a port of the repository that is taken',
    args: ({ folder, taken }) => [
      ...['--data-dir', join(folder, 'own'), '--listen', '127.0.0.1:0'],
      ...['--repository-listen', taken],
    ],
    says: 'another process does: end it, or choose another address',
  },
];

describe('a wrong start ends at once with 2, and says what to do', { timeout: 60_000 }, () => {
  let places: Places;
  let listener: Server;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wrong-starts-'));
    await mkdir(join(folder, 'used'));
    await writeFile(join(folder, 'file'), '');
    listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    places = { folder, taken: `127.0.0.1:${port}`, used: join(folder, 'used') };
    const args = ['--data-dir', places.used, ...free, '--json'];
    const child = spawn(process.execPath, [executables.standalone, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    stop = async () => {
      child.kill('SIGTERM');
      await once(child, 'close');
    };
    await once(child.stdout, 'data');
  });
  afterAll(async () => {
    await stop();
    listener.close();
    await rm(places.folder, { recursive: true });
  });

  it.each(rows)('$part: $what', async ({ part, args, says }) => {
    const { code, output } = await start(part, args(places), places.folder);
    expect(output).toContain(says);
    expect(output).not.toMatch(/unexpected|\n +at /);
    expect(code).toBe(2);
  });
});
