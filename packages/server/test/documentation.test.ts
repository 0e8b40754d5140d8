import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createGnupg, freePort, hasPrograms } from '@backup-maker/testing';
import { expect, it } from 'vitest';

const repository = join(import.meta.dirname, '../../..');
const bin = join(import.meta.dirname, '../bin');

/** The shell blocks of the first steps, as somebody pastes them into a terminal one after the other. */
async function firstSteps(): Promise<readonly string[]> {
  const page = await readFile(join(repository, 'docs/server.md'), 'utf8');
  const section = /\n## Try it\n([\s\S]*?)\n## /.exec(page)?.[1] ?? '';
  return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block);
}

it.skipIf(!hasPrograms('bash', 'curl', 'jq', 'gpg', 'tar'))(
  'the first steps of docs/server.md work as they are written',
  async () => {
    await using gnupg = await createGnupg();
    const recipient = ['--quick-generate-key', 'me@example.org', 'future-default'];
    await gnupg.run(['--passphrase', '', ...recipient]);
    const folder = await mkdtemp(join(tmpdir(), 'documentation-'));
    await symlink(join(repository, 'docs'), join(folder, 'docs'));
    await mkdir(join(folder, 'site'));
    await writeFile(join(folder, 'site/index.html'), 'a page');
    // Only here: an answer that is an error ends the script, and nothing asks whether the new key is trusted.
    await writeFile(join(folder, '.curlrc'), 'silent\nshow-error\nfail-with-body\n');
    await writeFile(join(gnupg.home, 'gpg.conf'), 'trust-model always\n');
    await writeFile(
      join(folder, 'backup-repository'),
      `#!/bin/sh\nexec '${process.execPath}' '${bin}/backup-repository.js' "$@"\n`,
      { mode: 0o700 },
    );
    const port = `${await freePort()}`;
    const [start = '', use = ''] = (await firstSteps()).map((block) => block.replaceAll('8080', port));
    expect(start.trim().split('\n').at(-1)).toMatch(/^backup-repository /);
    const script = [
      'set -euo pipefail',
      `${start.trim()} > server.log 2>&1 &`,
      "trap 'kill $!; wait $! || :' EXIT",
      `curl --retry 100 --retry-connrefused --retry-delay 1 -o /dev/null http://127.0.0.1:${port}/health`,
      use,
    ].join('\n');
    const { PATH } = process.env;
    const { stdout } = await promisify(execFile)('bash', ['-c', script], {
      cwd: folder,
      env: { PATH: `${folder}:${PATH}`, HOME: folder, CURL_HOME: folder, GNUPGHOME: gnupg.home },
    });
    const numbers = [...stdout.matchAll(/"data":\{"version":\{.*?"versionNumber":(\d+)/g)].map(([, n]) => n);
    expect(numbers).toEqual(['1', '2']);
    expect(stdout).toContain('"versions":[');
    expect(stdout).toContain('JWT was revoked');
    expect(stdout.match(/"status":true,"data"/g)).toHaveLength(5);
    const sent = await readFile(join(folder, 'backup.gpg'));
    expect((await readFile(join(folder, 'back.gpg'))).equals(sent)).toBe(true);
    await rm(folder, { recursive: true });
  },
);
