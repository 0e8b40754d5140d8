import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, hasPrograms } from '@backup-maker/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect, createClient } from '../../packages/kube/src/index.ts';
import { runDemo } from '../../packages/standalone/src/demo/demo.ts';
import { createFilesDataSet } from '../../packages/standalone/src/demo/files-data-set.ts';
import { startStandaloneProcess } from '../../packages/standalone/src/demo/standalone-process.ts';

const checkout = join(import.meta.dirname, '../..');
/** Nothing of Node.js nor of the checkout. */
const env = { PATH: '/usr/bin:/bin', BR_JWT_SECRET_KEY: '0123456789abcdef0123456789abcdef' };
const services = ['backup-repository', 'backup-maker-controller', 'backup-standalone'] as const;
type Service = (typeof services)[number];

describe.skipIf(!hasPrograms('strip'))('the single executables of services', () => {
  let binaries: string;
  let folder: string;

  beforeAll(async () => {
    binaries = await mkdtemp(join(tmpdir(), 'binaries-'));
    folder = await mkdtemp(join(tmpdir(), 'services-'));
    const only = services.flatMap((name) => ['--only', name]);
    execFileSync(process.execPath, [join(import.meta.dirname, 'build.ts'), binaries, ...only], {
      stdio: 'ignore',
    });
  }, 120_000);
  afterAll(async () => {
    await rm(binaries, { recursive: true });
    await rm(folder, { recursive: true });
  });

  const start = (name: Service, ...args: string[]) =>
    spawn(join(binaries, name), args, { cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe'] });

  /** Ends with the exit code, or the signal, and what it said on standard error. */
  async function ended(child: ChildProcess) {
    let stderr = '';
    child.stderr?.on('data', (text) => (stderr += text));
    let stdout = '';
    child.stdout?.on('data', (text) => (stdout += text));
    const [code] = await once(child, 'close');
    return { code, stdout, stderr };
  }

  it.each(services)('%s tells its version, and nothing else', async (name) => {
    const { code, stdout, stderr } = await ended(start(name, '--version'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('backup-repository answers with SQLite and files, and ends when it is told to', async () => {
    const configuration = join(folder, 'configuration');
    await cp(join(checkout, 'docs/examples/repository'), configuration, { recursive: true });
    const port = await freePort();
    const child = start(
      'backup-repository',
      ...['--provider', 'filesystem', '--config-local-path', configuration],
      ...['--data-dir', join(folder, 'data'), '--listen', `127.0.0.1:${port}`],
    );
    const end = ended(child);
    await vi.waitFor(
      async () => expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200),
      20_000,
    );
    const login = await fetch(`http://127.0.0.1:${port}/api/stable/auth/login`, {
      method: 'POST',
      body: new URLSearchParams({ username: 'admin', password: 'admin-password-change-me' }),
    });
    expect(login.status).toBe(200);
    child.kill('SIGTERM');
    const { code, stderr } = await end;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await readdir(join(folder, 'data'))).not.toEqual([]);
  });

  it('backup-maker-controller works with an API server', async () => {
    await using standalone = await startStandaloneProcess({
      command: [join(binaries, 'backup-standalone'), '--without', 'controller', 'repository'],
      dataDir: join(folder, 'api'),
      logFile: join(folder, 'api.log'),
      env,
      signal: new AbortController().signal,
    });
    const port = await freePort();
    const { kubeconfig } = standalone.addresses;
    const child = start(
      'backup-maker-controller',
      ...['--kubeconfig', kubeconfig, '-m', '0', '-p', `127.0.0.1:${port}`],
    );
    const end = ended(child);
    await vi.waitFor(
      async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200),
      20_000,
    );
    child.kill('SIGTERM');
    const { code, stderr } = await end;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.skipIf(process.getuid?.() !== 0 || !hasPrograms('unshare'))(
    'backup-standalone backs up and restores, with itself as the client of its pods',
    async () => {
      const place = join(folder, 'standalone');
      await mkdir(place);
      await using standalone = await startStandaloneProcess({
        command: [join(binaries, 'backup-standalone')],
        dataDir: join(place, 'data'),
        logFile: join(place, 'standalone.log'),
        env,
        signal: new AbortController().signal,
      });
      const { transport } = await connect({ type: 'file', path: standalone.addresses.kubeconfig });
      const files = await createFilesDataSet({
        checkout,
        folder: place,
        owner: { uid: 1234, gid: 1234 },
      });
      // A user of pods who may not see where the executable is.
      execFileSync('chown', ['--recursive', '--no-dereference', '1234:1234', join(place, 'website')]);
      const [trip] = await runDemo({
        client: createClient({ transport, fieldManager: 'test' }),
        repositoryUrl: standalone.addresses.repository,
        definitionsFolder: join(place, 'definitions'),
        dataSets: [files],
        encodePassword: async (password) => {
          const child = start('backup-repository', '--encode-password', '-');
          child.stdin?.end(password.reveal());
          return (await ended(child)).stdout.trim();
        },
        report: () => undefined,
        now: () => performance.now(),
        signal: new AbortController().signal,
      });
      expect(trip?.versionNumber).toBe(1);
      // Three names, and room for one.
      expect((await stat(join(place, 'data/programs/backup-maker'))).ino).toBe(
        (await stat(join(binaries, 'backup-standalone'))).ino,
      );
    },
    120_000,
  );
});
