import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareComponents } from './prepare.ts';

let root: string;
const main = { controller: 'main', 'backup-maker': 'main', server: 'main' };
const server = () => join(root, '.build/backup-repository');
const wire = () => readFileSync(join(server(), 'wire.txt'), 'utf8');

function git(...args: readonly string[]): void {
  execFileSync('git', ['-C', root, ...args], { stdio: 'pipe' });
}

function release(tag: string): void {
  writeFileSync(join(root, 'wire.txt'), tag);
  git('add', '--all');
  git('-c', 'user.name=Tester', '-c', 'user.email=tester@example.org', 'commit', '--quiet', '--message', tag);
  git('tag', tag);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'component-set-'));
  git('init', '--quiet');
  writeFileSync(join(root, '.gitignore'), '.build/\nnode_modules/\n');
  writeFileSync(join(root, 'package.json'), '{"name": "none", "version": "1.0.0"}');
  writeFileSync(
    join(root, 'package-lock.json'),
    '{"name": "none", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "none", "version": "1.0.0"}}}',
  );
  release('v0.1.0');
  release('v0.2.0');
});
afterEach(() => rmSync(root, { recursive: true }));

const prepare = (set: object, skipGitPull = false) =>
  prepareComponents({ root, set: { ...main, ...set }, skipGitPull, print: () => undefined });

describe('prepareComponents', () => {
  it('checks a component at a tag out, changes to another tag, and back to this checkout', async () => {
    await prepare({ server: 'v0.1.0' });
    expect(wire()).toBe('v0.1.0');
    await prepare({ server: 'v0.2.0' });
    expect(wire()).toBe('v0.2.0');
    await prepare({});
    expect(existsSync(server())).toBe(false);
  });

  it('leaves what is there with SKIP_GIT_PULL', async () => {
    await prepare({ server: 'v0.1.0' });
    writeFileSync(join(server(), 'wire.txt'), 'my change');
    await prepare({ server: 'v0.2.0' }, true);
    expect(wire()).toBe('my change');
  });

  it('never touches a symbolic link', async () => {
    const own = join(root, 'own');
    mkdirSync(own);
    mkdirSync(join(root, '.build'));
    symlinkSync(own, server());
    await prepare({ server: 'v0.1.0' });
    expect(lstatSync(server()).isSymbolicLink()).toBe(true);
  });

  it('fails for a tag that does not exist', async () => {
    await expect(prepare({ server: 'v9.9.9' })).rejects.toThrow('v9.9.9');
  });
});
