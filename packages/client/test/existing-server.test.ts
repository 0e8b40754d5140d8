import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExistingServer, startExistingServer } from '@backup-maker/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { backupMaker, startBackupMaker } from './backup-maker.ts';

/** What an existing installation has: scripts that give these flags, and a server that knows none of our extensions. */
describe('with the server of an existing installation', () => {
  const passphrase = 'correct horse';
  let folder: string;
  let server: ExistingServer;
  let env: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bm-existing-'));
    const keygen = ['keygen', '--email', 'ops@example.org', '--output', join(folder, 'k')];
    expect(await backupMaker(keygen, { BM_PASSPHRASE: passphrase })).toMatchObject({ code: 0 });
  });
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    server = await startExistingServer();
    env = { BM_AUTH_TOKEN: server.token, BM_COLLECTION_ID: 'shop', BM_PASSPHRASE: passphrase };
  });
  afterEach(() => server[Symbol.asyncDispose]());

  const makeArgs = (command: string) => [
    ...['make', '--url', server.url, '-c', command, '--key', 'k.pub.asc', '--recipient', 'ops@example.org'],
    ...['--passphrase', passphrase, '--log-level', 'info'],
  ];
  const make = (command: string, ...args: string[]) =>
    backupMaker([...makeArgs(command), ...args], env, folder);
  const restoreArgs = (command: string, version: string) => [
    ...['restore', '--url', server.url, '-c', command, '--private-key', 'k.key.asc'],
    ...['--recipient', 'ops@example.org', '--log-level', 'info', `--version=${version}`],
  ];

  it('stores an armored message, says what is not protected, and restores the version that is asked for', async () => {
    const made = await make('seq 1 100000');
    expect(made).toMatchObject({ code: 0, stderr: expect.stringMatching(/Version uploaded\n$/) });
    expect(made.stderr).toMatch(/older server.*cannot resume.*no manifest/);
    expect(server.versions[0]?.toString()).toMatch(/^-----BEGIN PGP MESSAGE-----/);
    expect(await make('seq 1 5')).toMatchObject({ code: 0 });
    const restored = await backupMaker(restoreArgs('cat > restored', '1'), env, folder);
    expect(restored).toMatchObject({ code: 0, stderr: expect.stringMatching(/Backup restored\n$/) });
    expect(await readFile(join(folder, 'restored'), 'utf8')).toMatch(/^1\n2\n(?:\d+\n){99997}100000\n$/);
    const latest = await backupMaker(restoreArgs('cat > latest', 'latest'), env, folder);
    expect(latest).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, 'latest'), 'utf8')).toBe('1\n2\n3\n4\n5\n');
  });

  it('says once that flags of existing scripts have no effect', async () => {
    const made = await make('echo');
    expect(made.stderr.match(/--passphrase has no effect here/g)).toHaveLength(1);
    const restored = await backupMaker(restoreArgs('cat', 'latest'), env, folder);
    expect(restored.stderr.match(/--recipient has no effect here/g)).toHaveLength(1);
  });

  it('downloads a version as it is stored, and decrypted', async () => {
    await make('printf dump');
    const download = ['download', '--url', server.url, '-r', 'ops@example.org'];
    const stored = await backupMaker([...download, '--save-path', 'stored'], env, folder);
    expect(stored).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, 'stored'))).toEqual(server.versions[0]);
    const plain = [...download, '-p', 'k.key.asc', '--save-path', 'plain'];
    expect(await backupMaker(plain, env, folder)).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, 'plain'), 'utf8')).toBe('dump');
  });

  it('leaves no version of a command that failed, or that was interrupted', async () => {
    expect(await make('seq 1 100000; exit 1')).toMatchObject({ code: 3 });
    const { child, finished } = startBackupMaker(makeArgs('echo ready >&2; sleep 60'), env, folder);
    child.stderr?.on('data', (text: Buffer) => text.includes('ready') && child.kill('SIGTERM'));
    expect(await finished).toMatchObject({ code: 1 });
    expect(server.versions).toEqual([]);
  });

  it.each([
    ['cannot upload to same collection in parallel', 4],
    ['cannot upload version. … filesize reached allowed limit. Uploaded 2 bytes', 4],
    ['something else', 1],
  ])('says what is wrong with an upload in its own words (%s)', async (refusal, code) => {
    server.refusal = refusal;
    expect(await make('echo dump')).toMatchObject({ code, stderr: expect.stringContaining(refusal) });
  });

  it('makes no backup without the signature that was asked for', async () => {
    const withPassphrase = { ...env, BM_SIGN_PASSPHRASE: passphrase };
    const made = await backupMaker(
      [...makeArgs('touch ran; echo dump'), '--sign-key', 'k.key.asc'],
      withPassphrase,
      folder,
    );
    expect(made).toMatchObject({ code: 5, stderr: expect.stringContaining('stores no signature') });
    expect(await readFile(join(folder, 'ran')).catch(() => 'never')).toBe('never');
  });

  it.each(['v2', '2'])('says that there is no version %s', async (version) => {
    await make('printf dump');
    const restored = await backupMaker(restoreArgs('cat', version), env, folder);
    expect(restored).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('cannot find specified version'),
    });
  });
});
