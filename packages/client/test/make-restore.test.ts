import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGnupg, hasPrograms } from '@backup-maker/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { backupMaker, startBackupMaker } from './backup-maker.ts';
import { type FakeRepository, sendJson, startFakeRepository, token } from './fake-repository.ts';

const passphrase = 'correct horse';

describe('make and restore', () => {
  let keys: string;
  let folder: string;
  let repository: FakeRepository;
  let env: Record<string, string>;

  beforeAll(async () => {
    keys = await mkdtemp(join(tmpdir(), 'bm-keys-'));
    const made = await backupMaker(['keygen', '--email', 'ops@example.org', '--output', join(keys, 'k')], {
      BM_PASSPHRASE: passphrase,
    });
    expect(made).toMatchObject({ code: 0 });
  });
  afterAll(() => rm(keys, { recursive: true }));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bm-test-'));
    repository = await startFakeRepository();
    env = {
      BM_URL: repository.url,
      BM_COLLECTION_ID: 'shop',
      BM_AUTH_TOKEN: token,
      BM_PASSPHRASE: passphrase,
    };
  });
  afterEach(async () => {
    await repository[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const publicKey = () => ['-k', join(keys, 'k.pub.asc')];
  const privateKey = () => ['-p', join(keys, 'k.key.asc')];
  const make = (command: string, ...args: string[]) =>
    backupMaker(['make', ...publicKey(), '-c', command, ...args], env, folder);
  const restore = (command: string, ...args: string[]) =>
    backupMaker(['restore', ...privateKey(), '-c', command, ...args], env, folder);
  const damageVersion = (damage: (bytes: Buffer) => Buffer) => {
    const [version] = repository.versions;
    if (version !== undefined) {
      version.bytes = damage(version.bytes);
    }
  };
  const written = (name: string) => readFile(join(folder, name), 'utf8').catch(() => undefined);

  it.each([[[]], [['--armor']], [['--cipher', 'gcm']], [['--cipher', 'ocb']]])(
    'bring back what the command printed (%j)',
    async (args) => {
      const made = await make('seq 1 200000 | tee original', ...args);
      expect(made).toMatchObject({ code: 0, stderr: expect.stringMatching(/Version uploaded\n$/) });
      expect(made.stdout).toHaveLength(0);
      expect(repository.versions).toHaveLength(1);
      const restored = await restore('sha256sum');
      expect(restored).toMatchObject({ code: 0, stderr: expect.stringMatching(/Backup restored\n$/) });
      const expected = createHash('sha256').update(await readFile(join(folder, 'original')));
      expect(restored.stdout.toString()).toBe(`${expected.digest('hex')}  -\n`);
    },
  );

  it.each([[[]], [['--armor']], [['--cipher', 'ocb']]])(
    'do not feed a command with ciphertext where the key was forgotten (%j)',
    async (args) => {
      await make('seq 1 100000', ...args);
      const withoutKey = (...more: string[]) =>
        backupMaker(['restore', '-c', 'tee fed | wc -c', ...more], env, folder);
      expect(await withoutKey()).toMatchObject({
        code: 6,
        stderr: expect.stringContaining(
          'no private key is given: give --private-key, or --allow-unencrypted',
        ),
      });
      expect(await written('fed')).toBeUndefined();
      expect(await withoutKey('--allow-unencrypted')).toMatchObject({
        code: 0,
        stdout: Buffer.from(`${repository.versions[0]?.bytes.length}\n`),
      });
    },
  );

  it.each([
    ['text', 'seq 1 100000'],
    ['nothing', 'true'],
    ['a gzip file', 'seq 1 100000 | gzip -n'],
    ['a few bytes that no packet begins with', "printf '\\377\\377'"],
    ['a signed message', "printf -- '-----BEGIN PGP SIGNED MESSAGE-----\\nHash: SHA512\\n\\nhello\\n'"],
  ])('need no key for a version that is not encrypted: %s', async (_name, command) => {
    const stored = ['make', '--allow-unencrypted', '--allow-empty', '-c', `${command} | tee original`];
    expect(await backupMaker(stored, env, folder)).toMatchObject({ code: 0 });
    expect(await backupMaker(['restore', '-c', 'cmp - original'], env, folder)).toMatchObject({ code: 0 });
  });

  it('run a program with its arguments after --, without a shell', async () => {
    expect(
      await backupMaker(['make', ...publicKey(), '--', 'printf', '%s', '$HOME; true'], env),
    ).toMatchObject({ code: 0 });
    const restored = await backupMaker(['restore', ...privateKey(), '--', 'cat'], env);
    expect(restored).toMatchObject({ code: 0, stdout: Buffer.from('$HOME; true') });
  });

  it.each([
    ['exits with 7', 'echo data; exit 7', 'the command ended with exit code 7'],
    ['has a failing part in a pipeline', 'false | cat; echo data', 'the command ended with exit code 1'],
    ['is killed', 'echo data; kill -9 $$', 'the command was ended by SIGKILL'],
    ['prints nothing', 'true', 'printed nothing'],
  ])('leave no version when the command %s', async (_name, command, message) => {
    expect(await make(command)).toMatchObject({ code: 3, stderr: expect.stringContaining(message) });
    expect(repository.versions).toEqual([]);
  });

  it('store an empty backup with --allow-empty', async () => {
    expect(await make('true', '--allow-empty')).toMatchObject({ code: 0 });
    expect(await restore('wc -c')).toMatchObject({ code: 0, stdout: Buffer.from('0\n') });
  });

  it('say what went wrong in an exit code and one line', async () => {
    const cases: readonly [readonly string[], Record<string, string>, number, string][] = [
      [['make', '-c', 'echo x'], {}, 2, 'no key is given'],
      [['make', ...publicKey()], {}, 2, 'give the command'],
      [['make', ...publicKey(), '-c', 'x'], { BM_URL: '' }, 2, '--url or the variable BM_URL'],
      [['make', ...publicKey(), '-c', 'x'], { BM_URL: 'ftp://x' }, 2, 'http:// or https://'],
      [['make', ...publicKey(), '-c', 'x', '--', 'y'], {}, 2, 'not both'],
      [['make', '-k', '/no/such/key', '-c', 'x'], {}, 2, 'cannot read /no/such/key'],
      [['make', '-k', '/etc/passwd', '-c', 'x'], {}, 6, '/etc/passwd: the key cannot be read'],
      [['make', ...publicKey(), '-r', 'stranger@example.org', '-c', 'x'], {}, 6, 'stranger@example.org'],
      [['make', ...publicKey(), '--', '/no/such/program'], {}, 2, 'cannot start /no/such/program'],
      [['make', ...publicKey(), '-c', 'echo x'], { BM_AUTH_TOKEN: 'wrong' }, 4, 'cookie token is empty'],
      [
        ['make', ...publicKey(), '-c', 'echo x'],
        { BM_URL: 'http://127.0.0.1:1', BM_TIMEOUT: '1' },
        5,
        'ECONNREFUSED',
      ],
      [['restore', ...privateKey(), '-c', 'cat'], { BM_VERSION: '7' }, 4, 'cannot find specified version'],
      [['restore', ...privateKey(), '-c', 'cat'], { BM_PASSPHRASE: 'wrong' }, 6, 'does not unlock'],
      [['fly'], {}, 2, "unknown command 'fly'"],
    ];
    for (const [args, variables, code, message] of cases) {
      const { stderr, ...result } = await backupMaker(args, { ...env, ...variables });
      expect({ args, ...result, stderr }).toMatchObject({
        args,
        code,
        stderr: expect.stringContaining(message),
      });
      expect(stderr).not.toMatch(/^\s+at /m);
      expect(stderr).not.toContain(passphrase);
    }
    expect(repository.versions).toEqual([]);
  });

  it('let a variable win over its flag, and take secrets from files', async () => {
    await writeFile(join(folder, 'token'), `${token}\n`);
    const { BM_AUTH_TOKEN: _, ...rest } = env;
    const variables = {
      ...rest,
      BM_CMD: 'echo from the variable',
      BM_AUTH_TOKEN_FILE: join(folder, 'token'),
    };
    const made = await backupMaker(
      ['make', ...publicKey(), '-u', 'http://127.0.0.1:1', '-c', 'echo flag'],
      variables,
    );
    expect(made).toMatchObject({ code: 0 });
    expect(await restore('cat')).toMatchObject({ stdout: Buffer.from('from the variable\n') });
  });

  it('store without encryption only when told to', async () => {
    repository.resumable = false;
    const made = await backupMaker(['make', '--allow-unencrypted', '-c', 'printf plain'], env);
    expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining('not encrypted') });
    expect(repository.versions).toEqual([{ bytes: Buffer.from('plain') }]);
  });

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 50)],
    ['changed in the middle', (bytes: Buffer) => bytes.fill(0x55, 300_000, 300_001)],
    ['replaced by a page', () => Buffer.from('<html>Welcome</html>')],
    ['replaced by nothing', () => Buffer.alloc(0)],
  ])('never end the input of a restore normally when the version was %s', async (_name, damage) => {
    await make('head -c 1000000 /dev/zero');
    damageVersion(damage);
    const result = await restore('cat > received; echo complete > finished');
    expect(result).toMatchObject({ code: 6 });
    expect(result.stderr).not.toContain('Backup restored');
    expect(await written('finished')).toBeUndefined();
  });

  it('report a restore whose command fails', async () => {
    await make('echo data');
    expect(await restore('cat; exit 9')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('exit code 9'),
    });
  });

  it('accept a command that stops reading before the end', async () => {
    await make('head -c 3000000 /dev/zero');
    expect(await restore('head -c 10 > first')).toMatchObject({ code: 0 });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('leave nothing behind after %s', async (name) => {
    const command =
      'echo $$ > pid; (sleep 1000 & echo $! > child; wait) & head -c 400000 /dev/zero; touch started; wait';
    const { child, finished } = startBackupMaker(['make', ...publicKey(), '-c', command], env, folder);
    await expect.poll(() => written('started'), { timeout: 20_000 }).toBe('');
    child.kill(name);
    expect(await finished).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`cancelled by ${name}`),
    });
    expect(repository.versions).toEqual([]);
    for (const pid of [await written('pid'), await written('child')]) {
      await expect.poll(() => isRunning(Number(pid)), { timeout: 5_000 }).toBe(false);
    }
  });

  it('stop when the server refuses in the middle of the upload', async () => {
    repository.intercept = (request, response) => {
      request.once('data', () => {
        sendJson(response, 413, { status: false, error: 'filesize reached allowed limit', data: {} });
      });
      return request.method === 'PATCH';
    };
    expect(await make('cat /dev/zero')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('filesize reached'),
    });
  });

  it('download to a file that appears only when it is complete', async () => {
    await make('echo data');
    const path = join(folder, 'saved');
    const save = (...args: string[]) => backupMaker(['download', '--save-path', path, ...args], env);
    expect(await save()).toMatchObject({ code: 0 });
    expect(repository.versions).toMatchObject([{ bytes: await readFile(path) }]);
    expect(await save(...privateKey())).toMatchObject({ code: 0 });
    expect(await readFile(path, 'utf8')).toBe('data\n');
    damageVersion((bytes) => bytes.subarray(0, 140));
    expect(await save(...privateKey())).toMatchObject({ code: 6 });
    expect(await readFile(path, 'utf8')).toBe('data\n');
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('compare what nothing else vouches for with the digest that the server recorded', async () => {
    const digest = createHash('sha256').update('as stored').digest('base64');
    repository.versions.push({ bytes: Buffer.from('as stored'), digest });
    expect(await backupMaker(['verify'], env)).toMatchObject({ code: 0 });
    repository.versions.push({ bytes: Buffer.from('as St0red'), digest });
    expect(await backupMaker(['verify'], env)).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('it is damaged'),
    });
  });

  it('verify a version without giving it to anybody', async () => {
    await make('echo data');
    expect(await backupMaker(['verify', ...privateKey()], env)).toMatchObject({
      code: 0,
      stdout: Buffer.alloc(0),
    });
    damageVersion((bytes) => bytes.fill(0, 140, 141));
    expect(await backupMaker(['verify', ...privateKey()], env)).toMatchObject({ code: 6 });
  });

  it.skipIf(!hasPrograms('gpg'))('work with gpg on the other side, both ways', async () => {
    await using gpg = await createGnupg();
    const unlock = ['--passphrase', passphrase];
    await gpg.run([...unlock, '--import', join(keys, 'k.key.asc')]);
    await make('echo from us');
    expect(await gpg.run([...unlock, '--decrypt'], repository.versions[0]?.bytes)).toEqual(
      Buffer.from('from us\n'),
    );
    repository.versions.push({
      bytes: await gpg.run(['--encrypt', '--armor', '-r', 'ops@example.org'], 'from gpg\n'),
    });
    expect(await restore('cat')).toMatchObject({ code: 0, stdout: Buffer.from('from gpg\n') });
  });
});

/** A zombie, which only waits for its parent to take note, runs no more. */
async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
  return !stat.includes(') Z');
}
