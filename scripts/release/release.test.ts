import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gitIn } from './git.ts';
import { release } from './release.ts';

let folder: string;
let printed: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'release-'));
  printed = '';
  git('init', '--quiet', '--initial-branch=release-0.1');
  git('config', 'user.name', 'Tester');
  git('config', 'user.email', 'tester@example.org');
  write('release.env', 'CONTROLLER_VERSION=main\nBACKUP_MAKER_VERSION=main\nSERVER_VERSION=main\n');
  write('package.json', '{"name": "all", "version": "0.0.0"}\n');
  write(
    'packages/server/package.json',
    '{"name": "@backup-maker/server", "version": "0.0.0", "dependencies": {"@backup-maker/api": "0.0.0", "pg": "8.0.0"}}\n',
  );
  write('charts/server/Chart.yaml', 'name: server\nversion: 0.0.0\nappVersion: 0.0.0\nkubeVersion: 1\n');
  write(
    'package-lock.json',
    JSON.stringify({
      version: '0.0.0',
      packages: {
        'packages/server': { version: '0.0.0' },
        'packages/server/node_modules/pg': { version: '7.0.0' },
        'node_modules/pg': { version: '8.0.0' },
      },
    }),
  );
  commit('feat(server): store versions');
});

afterEach(() => rmSync(folder, { recursive: true }));

function git(...args: readonly string[]): string {
  return execFileSync('git', ['-C', folder, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

function write(path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function commit(message: string): void {
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', message);
}

const run = (version: string, options: { dryRun?: boolean; test?: () => Promise<void> } = {}) =>
  release({
    folder,
    git: gitIn(folder),
    version,
    dryRun: options.dryRun ?? false,
    date: '2026-01-02',
    test: options.test ?? (async () => undefined),
    print: (text) => {
      printed += `${text}\n`;
    },
  });

const state = () => [git('rev-parse', 'HEAD'), git('tag'), git('status', '--porcelain')];

describe('a release', () => {
  it('writes notes and one version for all packages, commits, tags, and says how to publish', async () => {
    commit('fix(client): try again\n\nBecause networks fail.');
    commit('docs: explain');
    await run('v0.1.0');
    expect(git('tag')).toBe('v0.1.0');
    expect(git('status', '--porcelain')).toBe('');
    expect(readFileSync(join(folder, 'CHANGELOG.md'), 'utf8')).toMatch(
      /^# Changelog\n\n## v0\.1\.0 \(2026-01-02\)[\s\S]*### backup-maker v0\.1\.0\n\n\*\*Fixed\*\*\n\n- client: try again[\s\S]*### Backup Repository v0\.1\.0\n\n\*\*New\*\*\n\n- server: store versions/,
    );
    expect(JSON.parse(readFileSync(join(folder, 'packages/server/package.json'), 'utf8'))).toEqual({
      name: '@backup-maker/server',
      version: '0.1.0',
      dependencies: { '@backup-maker/api': '0.1.0', pg: '8.0.0' },
    });
    expect(JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'))).toMatchObject({
      packages: {
        'packages/server': { version: '0.1.0' },
        'packages/server/node_modules/pg': { version: '7.0.0' },
        'node_modules/pg': { version: '8.0.0' },
      },
    });
    expect(readFileSync(join(folder, 'charts/server/Chart.yaml'), 'utf8')).toBe(
      'name: server\nversion: 0.1.0\nappVersion: 0.1.0\nkubeVersion: 1\n',
    );
    expect(printed).toContain('git push origin release-0.1 v0.1.0');
  });

  it('names the changes of each component since its own version in the previous set', async () => {
    await run('v0.1.0');
    commit('feat(controller): watch');
    commit('feat(server): rotate');
    write('release.env', 'CONTROLLER_VERSION=v0.1.0\nBACKUP_MAKER_VERSION=main\nSERVER_VERSION=main\n');
    commit('chore: keep the controller');
    await run('v0.1.1');
    const notes = git('tag', '--list', 'v0.1.1', '--format=%(contents)');
    expect(notes).toContain('### Controller v0.1.0\n\nUnchanged.');
    expect(notes).toContain('### backup-maker v0.1.1\n\nNo change that a user would see.');
    expect(notes).toContain('- server: rotate');
    expect(notes).not.toContain('store versions');
  });

  it('changes nothing in a dry run, and prints the complete notes', async () => {
    const before = state();
    await run('v0.1.0', { dryRun: true });
    expect(state()).toEqual(before);
    expect(printed).toContain('- server: store versions');
    expect(printed).toContain('v0.1.0 could be released');
  });

  it('says in a dry run what is in the way, after the notes', async () => {
    write('untracked.txt', '');
    await run('v0.2.0', { dryRun: true });
    expect(printed).toMatch(
      /store versions[\s\S]*cannot be released yet:\n- v0\.2\.0 is released from branch release-0\.2[\s\S]*untracked\.txt/,
    );
  });

  it.each([
    ['a word for a version', 'latest', () => undefined, 'is not a version'],
    ['a leading zero', 'v0.01.0', () => undefined, 'is not a version'],
    ['the wrong branch', 'v0.2.0', () => undefined, 'released from branch release-0.2, this is release-0.1'],
    ['no branch', 'v0.1.0', () => git('checkout', '--quiet', '--detach'), 'this is no branch'],
    [
      'a changed file',
      'v0.1.0',
      () => write('package.json', '{}'),
      'not clean: commit or remove package.json',
    ],
    ['a tag that exists', 'v0.1.0', () => git('tag', 'v0.1.0'), 'exists already'],
    ['a higher tag', 'v0.1.0', () => git('tag', 'v0.1.1'), 'v0.1.1 is higher'],
    [
      'a component at a tag that does not exist',
      'v0.1.0',
      () => {
        write('release.env', 'CONTROLLER_VERSION=v9.9.9\nBACKUP_MAKER_VERSION=main\nSERVER_VERSION=main\n');
        commit('chore: set');
      },
      'CONTROLLER_VERSION=v9.9.9, which is no tag',
    ],
    [
      'a set that is not complete',
      'v0.1.0',
      () => {
        write('release.env', '# empty\nSERVER_VERSION=main\n');
        commit('chore: set');
      },
      'does not set CONTROLLER_VERSION',
    ],
  ])('refuses %s, and changes nothing', async (_what, version, prepare, message) => {
    prepare();
    const before = state();
    await expect(run(version)).rejects.toThrow(message);
    expect(state()).toEqual(before);
  });

  it('changes nothing when the tests of the set fail', async () => {
    const before = state();
    const failing = async () => {
      throw new Error('make test e2e failed');
    };
    await expect(run('v0.1.0', { test: failing })).rejects.toThrow('make test e2e failed');
    expect(state()).toEqual(before);
  });

  it('may patch an older minor version after a newer one', async () => {
    git('tag', 'v0.2.0');
    await run('v0.1.0');
    expect(git('tag').split('\n')).toContain('v0.1.0');
  });
});
