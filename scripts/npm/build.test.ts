import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createGnupg, hasPrograms, startExistingServer } from '@backup-maker/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const execute = promisify(execFile);

describe('the package for npm', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'npm-'));
    execFileSync(process.execPath, [join(import.meta.dirname, 'build.ts'), folder], { stdio: 'ignore' });
    const [packed = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
    // From nothing but the archive: it has no dependencies.
    const install = [
      'install',
      '--global',
      '--offline',
      '--prefix',
      join(folder, 'prefix'),
      join(folder, packed),
    ];
    execFileSync('npm', install, { stdio: 'ignore' });
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** In an empty folder, with this Node.js and nothing of the checkout. */
  const run = async (name: string, args: readonly string[], env: Record<string, string> = {}) => {
    const path = [dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter);
    const { stdout, stderr } = await execute(join(folder, 'prefix/bin', name), args, {
      cwd: folder,
      env: { PATH: path, HOME: folder, ...env },
    });
    return stdout + stderr;
  };

  it.each(['backup-maker', 'bmg', 'pgbr'])('has %s, which tells its version', async (name) => {
    expect(await run(name, ['--version'])).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('makes keys, a backup and a restore', async () => {
    await run('backup-maker', ['keygen', '--email', 'a@example.org', '--output', 'key'], {
      BM_PASSPHRASE: 'x',
    });
    await using server = await startExistingServer();
    const env = {
      BM_URL: server.url,
      BM_COLLECTION_ID: 'c',
      BM_AUTH_TOKEN: server.token,
      BM_PASSPHRASE: 'x',
    };
    await run('backup-maker', ['make', '-k', 'key.pub.asc', '-c', 'seq 1 1000'], env);
    const restored = await run('backup-maker', ['restore', '-p', 'key.key.asc', '-c', 'tail -n 1'], env);
    expect(restored).toMatch(/^1000\n/);
  });

  it('renders scripts from templates', async () => {
    expect(await run('bmg', ['templates'])).toMatch(/^postgres /m);
  });

  it.skipIf(!hasPrograms('gpg'))('takes Brainpool keys, for which OpenPGP.js loads a package', async () => {
    await using gpg = await createGnupg();
    await gpg.run([
      '--passphrase',
      '',
      '--quick-generate-key',
      'b@example.org',
      'brainpoolP256r1',
      'cert,sign',
    ]);
    await gpg.run(['--batch', '--yes', '--output', join(folder, 'brainpool.gpg'), '--export-secret-keys']);
    const examined = run('backup-maker', [
      'doctor',
      '--url',
      'http://127.0.0.1:9',
      '--private-key',
      'brainpool.gpg',
    ]);
    await expect(examined).rejects.toMatchObject({
      stdout: expect.stringMatching(/^private key +ok +unlocked/m),
    });
  });
});
