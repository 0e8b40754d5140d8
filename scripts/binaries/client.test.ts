import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGnupg, hasPrograms } from '@backup-maker/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe.skipIf(!hasPrograms('strip'))('the single executable of the client', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'binaries-'));
    execFileSync(
      process.execPath,
      [join(import.meta.dirname, 'build.ts'), folder, '--only', 'backup-maker'],
      { stdio: 'ignore' },
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** With nothing of Node.js in reach. */
  const run = (name: string, ...args: string[]) =>
    execFileSync(join(folder, name), args, { cwd: folder, env: { PATH: '/usr/bin:/bin' }, encoding: 'utf8' });

  it('makes keys, which needs all of the cryptography', () => {
    expect(run('backup-maker', 'keygen', '--email', 'a@example.org', '--passphrase', 'x')).toMatch(
      /^[0-9A-F]{40}$/m,
    );
  });

  it.skipIf(!hasPrograms('gpg'))('takes Brainpool keys, for which OpenPGP.js loads a package', async () => {
    await using gpg = await createGnupg();
    await gpg.run(['--passphrase', 'x', '--quick-generate-key', 'b@example.org', 'brainpoolP256r1', 'cert']);
    const file = join(folder, 'brainpool.gpg');
    await writeFile(file, await gpg.run(['--passphrase', 'x', '--export-secret-keys']));
    // There is no server, so it fails in the end. To unlock a key, it is tried out.
    const { stdout } = spawnSync(
      join(folder, 'backup-maker'),
      ['doctor', '--url', 'http://127.0.0.1:9', '--private-key', file, '--passphrase', 'x'],
      { cwd: folder, env: { PATH: '/usr/bin:/bin', BM_AUTH_TOKEN: 'none' }, encoding: 'utf8' },
    );
    expect(stdout).toMatch(/^private key +ok +unlocked [0-9A-F]{40}$/m);
  });

  it('is the generator under its short name', () => {
    expect(run('bmg', 'templates')).toMatch(/^postgres /m);
  });

  it.each(['backup-maker', 'bmg', 'pgbr'])('tells its version as %s, and no warning', (name) => {
    const { stdout, stderr } = spawnSync(join(folder, name), ['--version'], {
      env: { PATH: '/usr/bin:/bin' },
      encoding: 'utf8',
    });
    // Node.js warns of compiled code that it rejects, as where that was made with other flags.
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([[['--version']], [['__complete', '--', 'backup-maker', 'ma']]])(
    'starts for %j with a few times the work of a bare Node.js',
    (args) => {
      const bare = leastCpuMs(process.execPath, '-e', '0');
      // 3.5 times as measured; 5.5 where compiled code is rejected, 15 from a checkout.
      expect(leastCpuMs(join(folder, 'backup-maker'), ...args)).toBeLessThan(5 * bare);
    },
    60_000,
  );

  it('is pgbr under its name', () => {
    expect(run('pgbr', 'db', 'backup', '--help')).toContain('pgbr db backup');
  });
});

/** The least CPU time of some runs, in user and system mode: what others do on the machine only adds to it. */
function leastCpuMs(...command: string[]): number {
  const runs = Array.from({ length: 10 }, () => {
    // The second line of `times` is about child processes: 0m0.071s 0m0.024s
    const output = execFileSync('bash', ['-c', '"$@" > /dev/null; times', 'bash', ...command], {
      encoding: 'utf8',
    });
    const [user = Number.NaN, system = Number.NaN] = [
      ...(output.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g),
    ].map(([, minutes, seconds]) => 60_000 * Number(minutes) + 1000 * Number(seconds));
    return user + system;
  });
  return Math.min(...runs);
}
