import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { backupMaker, launcher } from './backup-maker.ts';
import { type FakeRepository, sendJson, startFakeRepository, token } from './fake-repository.ts';

const run = promisify(execFile);
const endingToken = 'token-that-ends';
const mebibyte = 1024 * 1024;

describe('a token from a file', () => {
  let folder: string;
  let file: string;
  let repository: FakeRepository;
  let env: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bm-token-'));
    file = join(folder, 'token');
    await backupMaker(['keygen', '--email', 'ops@example.org', '--output', join(folder, 'k')], {});
    await writeFile(join(folder, 'dump'), randomBytes(20 * mebibyte));
  });
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    repository = await startFakeRepository();
    await writeFile(file, `${endingToken}\n`);
    env = { BM_URL: repository.url, BM_COLLECTION_ID: 'shop', BM_AUTH_TOKEN_FILE: file };
  });
  afterEach(() => repository[Symbol.asyncDispose]());

  const make = () => backupMaker(['make', '-k', join(folder, 'k.pub.asc'), '-c', 'cat dump'], env, folder);
  const restore = () =>
    backupMaker(['restore', '-p', join(folder, 'k.key.asc'), '-c', 'cmp - dump'], env, folder);

  /** The first token is good until a request for which `ends`; then `refused` is called, and it is good no more. */
  function endToken(ends: (request: IncomingMessage) => boolean, refused: () => void): void {
    let hasEnded = false;
    repository.intercept = (request, response) => {
      hasEnded ||= ends(request);
      if (request.headers.authorization !== `Bearer ${endingToken}`) {
        return false;
      }
      if (hasEnded) {
        refused();
        sendJson(response, 401, { status: false, code: 401, message: 'Token is expired', data: {} });
        return true;
      }
      request.headers.authorization = `Bearer ${token}`;
      return false;
    };
  }

  const renewed = () => writeFileSync(file, token);

  it.each<[what: string, ends: (request: IncomingMessage) => boolean]>([
    ['a part', ({ method }) => method === 'PATCH' && repository.requests.length > 2],
    ['the manifest', ({ method }) => method === 'PUT'],
    ['the last request', ({ headers }) => headers['upload-length'] !== undefined],
  ])('is read again when the old one ends before %s of an upload', async (_what, ends) => {
    endToken(ends, renewed);
    expect(await make()).toMatchObject({ code: 0 });
    expect(repository.versions).toHaveLength(1);
    expect(await restore()).toMatchObject({ code: 0 });
  });

  it('is read again when the old one ends in a download that is taken up again', async () => {
    endToken(() => false, renewed);
    expect(await make()).toMatchObject({ code: 0 });
    repository.breakDownloadsAfterBytes = 15 * mebibyte;
    endToken(({ headers }) => headers.range !== undefined, renewed);
    expect(await restore()).toMatchObject({ code: 0 });
  });

  it('is read again to give up an upload', async () => {
    endToken(({ method }) => method === 'DELETE', renewed);
    const failing = ['make', '-k', join(folder, 'k.pub.asc'), '-c', 'cat dump; exit 1'];
    expect(await backupMaker(failing, env, folder)).toMatchObject({ code: 3 });
    expect(repository.uploads.size).toBe(0);
  });

  it.each([
    ['empty', () => writeFileSync(file, '')],
    ['an empty line', () => writeFileSync(file, '\n')],
    ['missing', () => rmSync(file, { force: true })],
  ])('is waited for while somebody replaces it: %s', async (_what, meanwhile) => {
    let refusals = 0;
    endToken(
      ({ method }) => method === 'PATCH',
      () => {
        refusals += 1;
        return refusals < 3 ? meanwhile() : renewed();
      },
    );
    expect(await make()).toMatchObject({ code: 0, stderr: expect.stringContaining('trying again') });
    expect(repository.versions).toHaveLength(1);
  });

  it.each([
    ['the same one', () => {}],
    ['something else', () => writeFileSync(file, 'no token at all')],
  ])('is refused when there is no other one, but %s', async (_what, refused) => {
    endToken(() => true, refused);
    expect(await make()).toMatchObject({ code: 4, stderr: expect.stringContaining('Token is expired') });
    expect(repository.requests).toHaveLength(1);
  });

  it('is refused by a server that takes an upload in one request, whose stream is spent', async () => {
    repository.resumable = false;
    endToken(({ url, method }) => method === 'POST' && !!url?.endsWith('/version'), renewed);
    expect(await make()).toMatchObject({ code: 4, stderr: expect.stringContaining('Token is expired') });
    expect(repository.versions).toHaveLength(0);
  });

  it('may be a pipe, which can be read once', async () => {
    endToken(() => false, renewed);
    expect(await make()).toMatchObject({ code: 0 });
    const withPipe = (...args: string[]) =>
      run(
        'bash',
        ['-c', 'BM_AUTH_TOKEN_FILE=<(echo "$TOKEN") "$@"', 'bash', process.execPath, launcher, ...args],
        {
          cwd: folder,
          env: { ...env, PATH: process.env.PATH, TOKEN: token },
        },
      );
    await withPipe('restore', '-p', 'k.key.asc', '-c', 'cmp - dump');
    // The server of these tests does not know what others ask for with the token.
    await expect(withPipe('doctor')).rejects.toMatchObject({
      stdout: expect.stringContaining('allowed now'),
    });
  });
});
