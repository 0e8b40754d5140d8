import { chmod, chown, lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { hasPrograms, runProgram } from '@backup-maker/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprint } from './folder.ts';
import { type Params, Stage, succeeded } from './stage.ts';

const asRoot = process.getuid?.() === 0;
const podUser = 65_532;
const failed = (message: RegExp) => ({ code: 3, messages: expect.stringMatching(message) });

describe.skipIf(!hasPrograms('tar', 'bash', '7zz')).each(['tar', '7zip'])(
  'a folder stored by %s',
  (template) => {
    let stage: Stage;
    let source: string;
    beforeEach(async () => {
      stage = await Stage.create({ template, programs: [] });
      source = stage.at('source');
      await mkdir(`${source}/dir`, { recursive: true });
      await writeFile(`${source}/file`, 'one');
      await writeFile(`${source}/dir/inner`, 'two');
    });
    afterEach(() => stage[Symbol.asyncDispose]());

    const params = (more: Params = {}) => ({ path: source, ...more });
    const backup = (more: Params = {}) => stage.backup({ params: params(more) });
    const restore = (more: Params = {}) => stage.restore({ params: params(more) });
    /** tar does something to the folder before it reads it. */
    const beforeTar = (command: string) =>
      writeFile(stage.at('bin/tar'), `#!/bin/sh\n${command}\nexec /bin/tar "$@"\n`, { mode: 0o755 });

    describe('that changes meanwhile', () => {
      it.each([
        ['at the top', 'rm -f file', './file'],
        ['further down', 'while [ "$(ls dir)" ]; do rm -f dir/*; done; rmdir dir', './dir'],
      ])(
        'is stored without what vanished %s, which is listed, only if told',
        async (_where, command, name) => {
          await beforeTar(command);
          expect(await backup()).toEqual(failed(new RegExp(`${name}: .*\\n.*(\\n.*)?tolerateChanges`)));
          expect(await stage.version()).toBeUndefined();
          await writeFile(`${source}/file`, 'one');
          await mkdir(`${source}/dir`, { recursive: true });
          const result = await backup({ tolerateChanges: true });
          expect(result).toEqual({ code: 0, messages: expect.stringMatching(`${name}: `) });
        },
      );

      it.skipIf(!asRoot)('does not hide a file that cannot be read', async () => {
        await writeFile(`${source}/secret`, 'x', { mode: 0o600 });
        await beforeTar('rm -f nothing');
        const options = { params: params({ tolerateChanges: true }), uid: podUser };
        expect(await stage.backup(options)).toEqual(failed(/secret: Cannot open: Permission denied/));
      });
    });

    describe('that is empty', () => {
      beforeEach(() => rm(source, { recursive: true }).then(() => mkdir(source)));

      it('is refused, unless that is allowed', async () => {
        expect(await backup()).toEqual(failed(/source is empty[\s\S]*allowEmpty/));
        expect(await stage.version()).toBeUndefined();
        expect(await backup({ allowEmpty: true })).toEqual(succeeded);
        expect(await restore({ path: stage.at('new') })).toEqual(succeeded);
        expect(await readdir(stage.at('new'))).toEqual([]);
      });

      it.skipIf(!asRoot)('but for lost+found is empty too', async () => {
        await mkdir(`${source}/lost+found`, { mode: 0o700 });
        const result = await stage.backup({ params: params(), uid: podUser });
        expect(result).toEqual(failed(/source is empty/));
      });

      it.skipIf(!asRoot)('is not what a folder is that cannot be listed', async () => {
        await writeFile(`${source}/file`, 'x');
        await chmod(source, 0o711);
        const result = await stage.backup({ params: params({ allowEmpty: true }), uid: podUser });
        expect(result).toEqual(failed(/Permission denied/));
      });
    });

    it.skipIf(!asRoot)('leaves lost+found out for who cannot read it, and says so', async () => {
      await mkdir(`${source}/lost+found`, { mode: 0o700 });
      const result = await stage.backup({ params: params(), uid: podUser });
      expect(result).toEqual({ code: 0, messages: expect.stringMatching(/left out: lost\+found/) });
      await rm(`${source}/lost+found`, { recursive: true });
      expect(await restore()).toEqual(succeeded);
      expect((await readdir(source)).sort()).toEqual(['dir', 'file']);
    });

    it.skipIf(!asRoot)('keeps owners as numbers', async () => {
      await chown(`${source}/file`, 1, 1);
      expect(await backup()).toEqual(succeeded);
      const listing = template === 'tar' ? ['tar', '-tvzf'] : ['tar', '-tvJf'];
      const names = await runProgram(listing[0] ?? '', [listing[1] ?? '', stage.at('store/version')]);
      expect(names).toMatch(/ 1\/1 .*file/);
    });

    it.skipIf(!asRoot || !hasPrograms('setfacl', 'getfacl', 'setfattr', 'getfattr', 'setcap', 'getcap'))(
      'keeps ACLs, attributes and capabilities',
      async () => {
        await runProgram('setfacl', ['-m', 'u:4711:rw', `${source}/file`]);
        await runProgram('setfacl', ['-d', '-m', 'u:4711:rwx', `${source}/dir`]);
        await runProgram('setfattr', ['-n', 'user.note', '-v', 'kept', `${source}/dir`]);
        await runProgram('setcap', ['cap_net_raw+ep', `${source}/dir/inner`]);
        const about = async () =>
          (await runProgram('getfacl', ['-R', '-p', '-n', source])) +
          (await runProgram('getfattr', ['-R', '-d', '--absolute-names', source])) +
          (await runProgram('getcap', ['-r', source]));
        const before = await about();
        expect(before).toMatch(/4711[\s\S]*kept[\s\S]*cap_net_raw/);
        expect(await backup()).toEqual(succeeded);
        for (const prepare of ['rm -rf "$0"', 'setfacl -R -b "$0"; setfattr -x user.note "$0/dir"']) {
          await runProgram('bash', ['--norc', '-c', prepare, source]);
          expect(await restore()).toEqual(succeeded);
          expect(await about()).toBe(before);
        }
      },
    );

    it('is the same whatever the user has set', async () => {
      await mkdir(stage.at('elsewhere/dir'), { recursive: true });
      const environment = {
        ...{ TAR_OPTIONS: '--exclude=file', POSIXLY_CORRECT: '1', LC_ALL: 'pl_PL.ISO-8859-2' },
        ...{
          GZIP: '--rsyncable -v',
          XZ_OPT: '-9 -v',
          GREP_OPTIONS: '--invert-match',
          CDPATH: stage.at('elsewhere'),
        },
        ...{ BASH_ENV: stage.at('start-up'), 'BASH_FUNC_find%%': '() { echo ./dir; }' },
      };
      await writeFile(stage.at('start-up'), 'tar() { echo wrong; }\nexport -f tar\n');
      await writeFile(`${source}/ż€`, 'three');
      const before = await fingerprint(source);
      expect(await stage.backup({ params: params(), environment })).toEqual(succeeded);
      await rm(source, { recursive: true });
      expect(await stage.restore({ params: params(), environment })).toEqual(succeeded);
      expect(await fingerprint(source)).toBe(before);
    });

    describe('is restored over another one', () => {
      it('twice, and keeps what is not in the version', async () => {
        expect(await backup()).toEqual(succeeded);
        await writeFile(`${source}/file`, 'changed');
        await writeFile(`${source}/dir/later`, 'x');
        for (const _time of [1, 2]) {
          expect(await restore()).toEqual({ code: 0, messages: '' });
          expect(await readFile(`${source}/file`, 'utf8')).toBe('one');
          expect((await readdir(source)).sort()).toEqual(['dir', 'file']);
          expect((await readdir(`${source}/dir`)).sort()).toEqual(['inner', 'later']);
        }
      });

      it('in which files, folders and links have changed their kinds', async () => {
        await symlink('nowhere', `${source}/link`);
        expect(await backup()).toEqual(succeeded);
        await rm(source, { recursive: true });
        await mkdir(`${source}/file/full`, { recursive: true });
        await mkdir(`${source}/link/full`, { recursive: true });
        await mkdir(stage.at('elsewhere'));
        await symlink(stage.at('elsewhere'), `${source}/dir`);
        const result = await restore();
        expect(result).toEqual({ code: 0, messages: expect.stringMatching(/another kind: file/) });
        expect(await readFile(`${source}/file`, 'utf8')).toBe('one');
        expect(await readFile(`${source}/dir/inner`, 'utf8')).toBe('two');
        expect((await lstat(`${source}/link`)).isSymbolicLink()).toBe(true);
        expect(await readdir(stage.at('elsewhere'))).toEqual([]);
      });

      it.skipIf(!asRoot)(
        'by a user who may not write everywhere: nothing, or on demand the rest',
        async () => {
          expect(await backup()).toEqual(succeeded);
          for (const name of ['file', 'dir/inner']) await writeFile(`${source}/${name}`, 'changed');
          await chown(source, podUser, podUser);
          await chown(`${source}/file`, podUser, podUser);
          const options = (more: Params = {}) => ({ params: params(more), uid: podUser });
          expect(await stage.restore(options())).toEqual(failed(/not writable: .*dir\n.*keepGoing/));
          expect(await readFile(`${source}/file`, 'utf8')).toBe('changed');
          expect((await readdir(source)).sort()).toEqual(['dir', 'file']);
          expect(await stage.restore(options({ keepGoing: true }))).toEqual(failed(/dir\/inner: Cannot /));
          expect(await readFile(`${source}/file`, 'utf8')).toBe('one');
        },
      );
    });

    it('without what an interrupted restore has left', async () => {
      await mkdir(`${source}/.backup-maker-restore-abcdef`);
      expect(await backup()).toEqual(succeeded);
      const result = await restore();
      expect(result).toEqual({ code: 0, messages: expect.stringMatching(/interrupted.*restore-abcdef/) });
      await rm(source, { recursive: true });
      expect(await restore()).toEqual(succeeded);
      expect((await readdir(source)).sort()).toEqual(['dir', 'file']);
    });
  },
);

it.skipIf(!hasPrograms('tar'))('tar reads the version to its end before it touches a file', async () => {
  await using stage = await Stage.create({ template: 'tar', programs: [] });
  await mkdir(stage.at('source'));
  await writeFile(stage.at('source/file'), 'content');
  const options = { params: { path: stage.at('source'), compression: 'none' } };
  expect(await stage.backup(options)).toEqual(succeeded);
  // More than a pipe holds: whoever feeds it would fail with a broken pipe.
  await writeFile(stage.at('store/version'), Buffer.alloc(1_000_000), { flag: 'a' });
  expect(await stage.restore(options)).toEqual(succeeded);
});
