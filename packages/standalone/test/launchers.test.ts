import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const packages = resolve(import.meta.dirname, '../..');

/** Makes this Node.js say that it is an older one. */
const older = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.1.0'}})`;

describe.each([
  ['backup-maker', 'client'],
  ['bmg', 'client'],
  ['backup-maker-controller', 'controller'],
  ['pgbr', 'pgbr'],
  ['backup-repository', 'server'],
  ['backup-standalone', 'standalone'],
])('%s', (name, folder) => {
  const executable = resolve(packages, folder, 'bin', `${name}.js`);

  it('says what it needs when it is started with an older Node.js', async () => {
    await expect(run(process.execPath, ['--import', older, executable, '--help'])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        new RegExp(`^${name} needs Node.js 24 or newer, this is 20.1.0.*npx ${name}`),
      ),
    });
  });

  // bmg and pgbr are parts of backup-maker, which says its version.
  it.skipIf(['bmg', 'pgbr'].includes(name))('says the version of its package', async () => {
    const manifest = JSON.parse(await readFile(resolve(packages, folder, 'package.json'), 'utf8'));
    const { stdout } = await run(process.execPath, [executable, '--version']);
    expect(stdout.trim()).toBe(manifest.version);
  });

  it('has a help text', async () => {
    const { stdout } = await run(process.execPath, [executable, '--help']);
    expect(stdout).toMatch(/^Usage: /);
  });
});
