import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { link, mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { hasPrograms, runProgram } from '@backup-maker/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBuiltinTemplate } from '../src/index.ts';
import { fingerprint } from './folder.ts';
import { describeMatrix, type Scene, type Subject } from './matrix.ts';
import { awkwardTexts, type Params, Stage, succeeded } from './stage.ts';

const run = promisify(execFile);
const fileName = (text: string) => text.replaceAll('/', '_');

const inFolder = (stage: Stage, script: string) =>
  run('bash', ['--norc', '-c', script], { cwd: stage.at('source') });

/** Files of all kinds, with names that a careless script breaks on. */
async function fill(folder: string): Promise<void> {
  await mkdir(`${folder}/sub folder/-deep`, { recursive: true });
  for (const [, name] of awkwardTexts) {
    await writeFile(`${folder}/sub folder/${fileName(name)}`, name.repeat(100), { mode: 0o640 });
  }
  await writeFile(`${folder}/-leading`, randomBytes(20_000));
  await writeFile(`${folder}/.hidden`, '');
  await symlink('/etc/hostname', `${folder}/link`);
  await utimes(`${folder}/-leading`, 1_000_000_000, 1_000_000_000);
}

function folderScene(path: string, params: Params = {}): Scene {
  return {
    params: { path, ...params },
    state: () => fingerprint(path).catch(() => 'not there'),
    damage: () => rm(path, { recursive: true }),
  };
}

function folderSubject(template: string, program: string, fast: Params = {}): Subject {
  return {
    template,
    programs: ['tar', '7zz'],
    dumpProgram: program,
    restoreProgram: program,
    refused: {},
    cutVersion: 'leaves the data alone',
    prepare: (stage) => mkdir(stage.at('source')),
    ordinary: async (stage) => {
      await fill(stage.at('source'));
      return folderScene(stage.at('source'));
    },
    awkward: async (stage, text) => {
      const path = stage.at(`x${fileName(text)}`);
      await fill(path);
      return folderScene(path, { exclude: [`no file has the name ${text}`] });
    },
    empty: async (stage) => folderScene(stage.at('source'), { allowEmpty: true }),
    large: async (stage) => {
      await inFolder(stage, 'head -c 10000000 /dev/urandom > random; head -c 90000000 /dev/zero > zeros');
      return {
        ...folderScene(stage.at('source'), fast),
        sizeBytes: async () => Number((await inFolder(stage, 'cat * | wc -c')).stdout),
      };
    },
  };
}

describe.skipIf(!hasPrograms('tar', 'bash', '7zz'))('folders', () => {
  describeMatrix(folderSubject('tar', 'tar'));
  describeMatrix(folderSubject('7zip', '7zz', { level: 1 }));
});

describe.skipIf(!hasPrograms('tar', 'bash', '7zz')).each(['tar', '7zip'])('%s', (template) => {
  let stage: Stage;
  let source: string;
  beforeEach(async () => {
    stage = await Stage.create({ template, programs: ['tar', '7zz'] });
    source = stage.at('source');
    await mkdir(source);
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  it('says nothing when all is well, and restores into a folder that is not there', async () => {
    await fill(source);
    expect(await stage.backup({ params: { path: source } })).toEqual({ code: 0, messages: '' });
    const path = stage.at('new/place');
    expect(await stage.restore({ params: { path } })).toEqual({ code: 0, messages: '' });
    expect(await fingerprint(path)).toBe(await fingerprint(source));
  });

  it.each(awkwardTexts)('leaves out a file whose name has %s', async (_what, text) => {
    await writeFile(`${source}/file`, 'content');
    await writeFile(`${source}/${fileName(text)}`, 'content');
    // Names that hold characters of patterns are patterns that match themselves.
    const exclude = [fileName(text).replaceAll(/[\\[]/g, '\\$&')];
    expect(await stage.backup({ params: { path: source, exclude } })).toEqual(succeeded);
    expect(await stage.restore({ params: { path: stage.at('new') } })).toEqual(succeeded);
    expect(await readdir(stage.at('new'))).toEqual(['file']);
  });

  it('takes an expression, which is evaluated where the script runs', async () => {
    await fill(source);
    expect(await stage.backup({ params: { path: '${TMPDIR}/../$(echo source)' } })).toEqual(succeeded);
  });

  it('makes no version of a folder that is not there', async () => {
    const result = await stage.backup({ params: { path: stage.at('nowhere') } });
    expect(result).toEqual({
      code: 3,
      messages: expect.stringMatching(/nowhere: No such file or directory/),
    });
    expect(await stage.version()).toBeUndefined();
  });
});

it('files is tar by another name', () => {
  const [tar, files] = ['tar', 'files'].map(findBuiltinTemplate);
  expect({ ...files, name: '', description: '' }).toEqual({ ...tar, name: '', description: '' });
});

describe('tar', () => {
  it.for(['none', 'gzip', 'zstd'])('with compression %s', async (compression, { skip }) => {
    skip(compression === 'zstd' && !hasPrograms('zstd'), 'needs zstd');
    await using stage = await Stage.create({ template: 'tar', programs: [] });
    await mkdir(stage.at('source'));
    await writeFile(stage.at('source/file'), 'content');
    const params = { path: stage.at('source'), compression };
    expect(await stage.backup({ params })).toEqual(succeeded);
    await rm(stage.at('source/file'));
    expect(await stage.restore({ params })).toEqual(succeeded);
    expect(await readFile(stage.at('source/file'), 'utf8')).toBe('content');
  });

  it.each([['characters of patterns', 'a.b,c[d]*'] as const, ...awkwardTexts])(
    'restores a version of the original, which holds the whole path, for a folder with %s',
    async (_what, text) => {
      await using stage = await Stage.create({ template: 'tar', programs: [] });
      const path = `${stage.at('source')}/${fileName(text)}`;
      await mkdir(`${path}/deep`, { recursive: true });
      await writeFile(`${path}/deep/file`, 'content');
      await symlink('deep/file', `${path}/link`);
      await link(`${path}/deep/file`, `${path}/twin`);
      const before = await fingerprint(path);
      await runProgram('tar', ['--format=posix', '-zcf', stage.at('store/version'), path]);
      await rm(path, { recursive: true });
      // A slash at the end stands for the same folder.
      expect(await stage.restore({ params: { path: `${path}/` } })).toEqual(succeeded);
      expect(await readdir(path)).toEqual(['deep', 'link', 'twin']);
      expect(await fingerprint(path)).toBe(before);
    },
  );

  it('restores a version of the original elsewhere as the original does: below the whole path', async () => {
    await using stage = await Stage.create({ template: 'tar', programs: [] });
    await mkdir(stage.at('source'));
    await writeFile(stage.at('source/file'), 'content');
    await runProgram('tar', ['-zcf', stage.at('store/version'), stage.at('source')]);
    expect(await stage.restore({ params: { path: stage.at('new') } })).toEqual(succeeded);
    expect(await readFile(`${stage.at('new')}${stage.at('source/file')}`, 'utf8')).toBe('content');
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
