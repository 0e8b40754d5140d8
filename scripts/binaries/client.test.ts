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

  it.each(['backup-maker', 'bmg', 'pgbr'])('tells its version as %s', (name) => {
    expect(run(name, '--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('is pgbr under its name', () => {
    expect(run('pgbr', 'db', 'backup', '--help')).toContain('pgbr db backup');
  });
});
