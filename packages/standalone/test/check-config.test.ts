import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const packages = resolve(import.meta.dirname, '../..');
const executables = {
  server: join(packages, 'server/bin/backup-repository.js'),
  controller: join(packages, 'controller/bin/backup-maker-controller.js'),
};
const kubeconfig = `apiVersion: v1
kind: Config
clusters: [{name: a, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: a, user: {token: x}}]
contexts: [{name: a, context: {cluster: a, user: a}}]
current-context: a
`;
const key = ['-s', '0123456789abcdef0123456789abcdef'];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-config-'));
  await writeFile(join(folder, 'kubeconfig'), kubeconfig, { mode: 0o600 });
});
afterEach(() => rm(folder, { recursive: true }));

interface Ending {
  readonly code: unknown;
  readonly output: string;
}

function check(part: keyof typeof executables, args: readonly string[]): Promise<Ending> {
  const options = { cwd: folder, env: { PATH: process.env.PATH, HOME: folder }, timeout: 20_000 };
  return new Promise((done) => {
    execFile(process.execPath, [executables[part], '--check-config', ...args], options, (error, out, err) =>
      done({ code: error?.code ?? 0, output: out + err }),
    );
  });
}

describe('--check-config starts nothing, and says', () => {
  it.each([
    ['server', [...key, '-p', 'filesystem', '--config-local-path', '.'], 0, 'the configuration is good'],
    ['server', [...key, '-p', 'filesystem', '--config-local-path', 'no'], 2, 'there is no such folder'],
    [
      'server',
      ['-p', 'filesystem', '--config-local-path', 'no'],
      2,
      /JWT secret key is missing.*; .*no such folder/,
    ],
    ['server', key, 2, 'set KUBECONFIG, or use files with --provider filesystem'],
    ['controller', ['--kubeconfig', 'kubeconfig'], 0, 'the configuration is good'],
    ['controller', ['--kubeconfig', 'no'], 2, 'ENOENT'],
    ['controller', ['--kubeconfig', 'kubeconfig', '-m', 'nowhere'], 2, 'write host:port'],
  ] as const)('of %s %j: %i', async (part, args, code, says) => {
    const ending = await check(part, args);
    expect(ending.output).toMatch(says);
    expect(ending.code).toBe(code);
    expect(await readdir(folder)).toEqual(['kubeconfig']);
  });
});
