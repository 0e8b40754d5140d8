import { type ExecFileException, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, hasPrograms } from '@backup-maker/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExecutableProcess, executable, jwtKey, startExecutable } from './executable-process.ts';
import { openPgpMessage } from './message.ts';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(program: string, args: readonly string[], input = ''): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const child = execFile(program, args, { env: { PATH: process.env.PATH } }, (error, stdout, stderr) => {
    resolve({ code: ((error as ExecFileException | null)?.code as number) ?? 0, stdout, stderr });
  });
  child.stdin?.end(input);
  return promise;
}

const node = (...args: readonly string[]) => run(process.execPath, [executable, ...args]);

/** A folder of users and collections that is there, whatever is in the home of whoever runs this. */
const filesystem = ['--provider', 'filesystem', '--config-local-path', tmpdir()];

describe('backup-repository', () => {
  it('helps', async () => {
    const { code, stdout } = await node('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('--storage-url');
    expect(stdout).toContain('[BR_JWT_SECRET_KEY]');
    expect(stdout).toContain('Examples:');
    expect((await node('--version')).stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('refuses bad flags with a clear message and exit code 2', async () => {
    for (const flags of [['--strict', '-s', 'changeme-important!'], []]) {
      const { code, stderr } = await node(...filesystem, ...flags);
      expect(stderr).toMatch(/^backup-repository: the JWT secret key is missing or too short.*\n$/);
      expect(code).toBe(2);
    }
  });

  it('says with exit code 5 which database cannot be reached', async () => {
    const url = `postgres://me:hunter2@127.0.0.1:${await freePort()}/backups`;
    const { code, stderr } = await node(...filesystem, '-s', jwtKey, '--db-url', url);
    expect(stderr).toMatch(
      /^backup-repository: the database 127.0.0.1:\d+\/backups cannot be used \(ECONNREFUSED/,
    );
    expect(stderr).not.toContain('hunter2');
    expect(code).toBe(5);
  });

  it('starts with the key of an existing installation, and warns loudly', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'executable-'));
    // The chart's default, 19 characters.
    const server = await startExecutable(folder, ['-s', 'changeme-important!', '--use-google-cloud=false']);
    const login = await fetch(`${server.url}/api/stable/auth/login`, {
      method: 'POST',
      body: new URLSearchParams({ username: 'admin', password: 'admin-password-change-me' }),
    });
    expect(login.status).toBe(200);
    expect(await server.stop()).toBe(0);
    expect(server.output()).toContain('INSECURE: the JWT secret key has only 19 characters');
    await rm(folder, { recursive: true });
  });

  it('ends cleanly when it is asked to while it starts', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'executable-'));
    const config = ['--provider', 'filesystem', '--config-local-path', folder, '--data-dir', folder];
    const child = spawn(process.execPath, [executable, ...config, '--listen', '127.0.0.1:0'], {
      env: { PATH: process.env.PATH, BR_JWT_SECRET_KEY: jwtKey },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    let asked = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      // Before it listens. Once: a second signal ends it at once.
      if (!asked && output.includes('the storage is open')) {
        asked = child.kill('SIGTERM');
      }
    });
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(output).toMatch(/Server listening at .*shutting down.*ended/s);
    await rm(folder, { recursive: true });
  });

  it('encodes a password from standard input', async () => {
    const { stdout } = await run(process.execPath, [executable, '--encode-password', '-'], 'secret\n');
    expect(Buffer.from(stdout, 'base64').toString()).toMatch(/^\$argon2id\$v=19\$m=65536,t=1,p=4\$/);
  });

  it('prints the session id of a token', async () => {
    const { stdout } = await node('--hash-jwt', 'a.b.c');
    expect(stdout.trim()).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe.skipIf(!hasPrograms('curl'))('the sample configuration, with curl alone', () => {
  let folder: string;
  let server: ExecutableProcess;
  let token: string;
  const curl = async (...args: readonly string[]) => {
    const { stdout } = await run('curl', ['-sS', ...args]);
    return stdout;
  };
  const api = (...args: readonly string[]) => curl('-H', `Authorization: Bearer ${token}`, ...args);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'executable-'));
    server = await startExecutable(folder, ['--rate-default-limit', '100']);
    const body = '{"username":"admin","password":"admin-password-change-me"}';
    const login = await curl(
      '-H',
      'Content-Type: application/json',
      '-d',
      body,
      `${server.url}/api/stable/auth/login`,
    );
    token = JSON.parse(login).data.token;
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
    await rm(folder, { recursive: true });
  });

  it('logs in, uploads both ways, lists, downloads, checks health and logs out', async () => {
    const { url } = server;
    const file = join(folder, 'backup.gpg');
    const message = openPgpMessage({ bodyBytes: 200_000 });
    await writeFile(file, message);
    const versions = `${url}/api/stable/repository/collection/iwa-ait/version`;
    expect(JSON.parse(await api('-F', `file=@${file}`, versions)).data.version.versionNumber).toBe(1);
    expect(JSON.parse(await api('--data-binary', `@${file}`, versions)).data.version.versionNumber).toBe(2);
    expect(JSON.parse(await api('-T', file, '-X', 'POST', versions)).data.version.versionNumber).toBe(3);
    expect(JSON.parse(await api(versions)).data.versions).toHaveLength(3);
    for (const version of ['1', 'v2', 'latest']) {
      await api('-o', `${file}.back`, `${versions}/${version}`);
      expect((await readFile(`${file}.back`)).equals(message)).toBe(true);
    }
    const health = `${url}/api/stable/repository/collection/iwa-ait/health`;
    expect(JSON.parse(await curl('-H', 'Authorization: health-code-change-me', health)).status).toBe(true);
    expect(JSON.parse(await curl('-H', 'Authorization: ready', `${url}/ready`)).status).toBe(true);
    const plain = await api('--data-binary', 'not encrypted', versions);
    expect(JSON.parse(plain).error).toContain('does not contain a valid GPG header');
    expect(JSON.parse(await api('-X', 'DELETE', `${url}/api/stable/auth/logout`)).data.message).toBe(
      'JWT was revoked',
    );
    expect(JSON.parse(await api(versions)).code).toBe(401);
  });
});
