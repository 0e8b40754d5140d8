import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { hasPrograms } from '@backup-maker/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awkwardTexts, Stage, succeeded } from './stage.ts';

const run = promisify(execFile);

/** Names, types, permissions, owners, times and contents of everything in a folder. */
async function fingerprint(folder: string): Promise<string> {
  const { stdout: names } = await run(
    'find',
    ['.', '-mindepth', '1', '-printf', '%P %y %m %U:%G %T@ %l\\0'],
    {
      cwd: folder,
    },
  );
  const digests = 'find . -type f -print0 | sort -z | xargs -0 -r sha256sum';
  const { stdout: sums } = await run('bash', ['--norc', '-c', digests], { cwd: folder });
  return names.split('\0').sort().join('\n') + sums;
}

describe.skipIf(!hasPrograms('tar', 'bash', '7zz')).each(['tar', 'files', '7zip'])('%s', (template) => {
  let stage: Stage;
  let source: string;

  beforeEach(async () => {
    stage = await Stage.create({ template, programs: ['tar', '7zz'] });
    source = stage.at('source');
    await mkdir(source);
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  async function fill(): Promise<void> {
    await mkdir(`${source}/sub folder/-deep`, { recursive: true });
    for (const [, name] of awkwardTexts) {
      await writeFile(`${source}/sub folder/${name.replaceAll('/', '_')}`, name.repeat(100), { mode: 0o640 });
    }
    await writeFile(`${source}/-leading`, 'x');
    await writeFile(`${source}/.hidden`, '');
    await symlink('/etc/hostname', `${source}/link`);
    await utimes(`${source}/-leading`, 1_000_000_000, 1_000_000_000);
  }

  it('brings a damaged folder back', async () => {
    await fill();
    const before = await fingerprint(source);
    expect(await stage.backup({ params: { path: source } })).toEqual({ code: 0, messages: '' });
    await rm(`${source}/sub folder`, { recursive: true });
    await writeFile(`${source}/-leading`, 'damaged');
    expect(await stage.restore({ params: { path: source } })).toEqual({ code: 0, messages: '' });
    expect(await fingerprint(source)).toBe(before);
  });

  it('restores into a folder that is not there', async () => {
    await fill();
    await stage.backup({ params: { path: source } });
    const before = await fingerprint(source);
    await stage.restore({ params: { path: stage.at('new/place') } });
    expect(await fingerprint(stage.at('new/place'))).toBe(before);
  });

  it.each(awkwardTexts)('takes a path with %s', async (_what, name) => {
    const path = stage.at(`x${name.replaceAll('/', '_')}`);
    await mkdir(path);
    await writeFile(`${path}/file`, 'content');
    await writeFile(`${path}/left-out`, 'content');
    expect((await stage.backup({ params: { path, exclude: ['left-out', name] } })).code).toBe(0);
    await rm(path, { recursive: true });
    expect((await stage.restore({ params: { path } })).code).toBe(0);
    expect(await readdir(path)).toEqual(['file']);
  });

  it('takes an expression, which is evaluated where the script runs', async () => {
    await fill();
    expect((await stage.backup({ params: { path: '${TMPDIR}/../$(echo source)' } })).code).toBe(0);
  });

  it('stores an empty folder', async () => {
    expect((await stage.backup({ params: { path: source } })).code).toBe(0);
    expect((await stage.restore({ params: { path: stage.at('new') } })).code).toBe(0);
    expect(await readdir(stage.at('new'))).toEqual([]);
  });

  it('stores 100 MB', async () => {
    await writeFile(`${source}/large`, '');
    await truncate(`${source}/large`, 90_000_000);
    await run('bash', ['--norc', '-c', 'head -c 10000000 /dev/urandom > random'], { cwd: source });
    const before = await fingerprint(source);
    const params = { path: source, ...(template === '7zip' ? { level: 1 } : {}) };
    expect((await stage.backup({ params })).code).toBe(0);
    await rm(`${source}/random`);
    expect((await stage.restore({ params })).code).toBe(0);
    expect(await fingerprint(source)).toBe(before);
  });

  it('makes no version when the program dies half-way', async () => {
    await fill();
    const result = await stage.backup({
      params: { path: source },
      breakProgram: template === '7zip' ? '7zz' : 'tar',
    });
    expect(result.code).toBe(3);
    expect(result.messages).toMatch(/connection was lost[\s\S]*exit code 42: no version was made/);
    expect(await stage.version()).toBeUndefined();
  });

  it('makes no version of a folder that is not there', async () => {
    const result = await stage.backup({ params: { path: stage.at('nowhere') } });
    expect(result.code).toBe(3);
    expect(result.messages).toMatch(/nowhere: No such file or directory/);
    expect(await stage.version()).toBeUndefined();
  });

  it('fails to restore what is cut short', async () => {
    await run('bash', ['--norc', '-c', 'head -c 1000000 /dev/urandom > random'], { cwd: source });
    await stage.backup({ params: { path: source } });
    const result = await stage.restore({ params: { path: stage.at('new') }, feedBytes: 500_000 });
    expect(result.code).toBe(3);
    expect(result.messages).toMatch(/nothing counts as restored/);
  });
});

describe('tar', () => {
  it.each(['none', 'gzip', 'zstd'])('with compression %s', async (compression) => {
    await using stage = await Stage.create({ template: 'tar', programs: [] });
    await mkdir(stage.at('source'));
    await writeFile(stage.at('source/file'), 'content');
    const params = { path: stage.at('source'), compression };
    expect(await stage.backup({ params })).toEqual(succeeded);
    await rm(stage.at('source/file'));
    expect(await stage.restore({ params })).toEqual(succeeded);
    expect(await readFile(stage.at('source/file'), 'utf8')).toBe('content');
  });

  it.each([
    [false, 3],
    [true, 0],
  ])('with tolerateChanges %s ends with %d when a file changes meanwhile', async (tolerateChanges, code) => {
    await using stage = await Stage.create({ template: 'tar', programs: [] });
    await mkdir(stage.at('source'));
    await writeFile(stage.at('source/file'), 'content');
    // GNU tar's own exit code for this; the stand-in makes it without a race.
    await writeFile(stage.at('bin/tar'), '#!/bin/sh\n/bin/tar "$@"\nexit 1\n', { mode: 0o755 });
    expect((await stage.backup({ params: { path: stage.at('source'), tolerateChanges } })).code).toBe(code);
  });
});
