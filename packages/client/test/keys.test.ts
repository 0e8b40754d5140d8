import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGnupg, hasPrograms } from '@backup-maker/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupMaker, launcher } from './backup-maker.ts';
import { type FakeRepository, startFakeRepository, token } from './fake-repository.ts';

describe('keys', () => {
  let folder: string;
  let repository: FakeRepository;
  let env: Record<string, string>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bm-keys-'));
    repository = await startFakeRepository();
    env = { BM_URL: repository.url, BM_COLLECTION_ID: 'shop', BM_AUTH_TOKEN: token };
  });
  afterEach(async () => {
    await repository[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it.skipIf(!hasPrograms('gpg')).each([
    ['for signatures only', ['--quick-gen-key', 'a@example.org', 'ed25519', 'sign', '0']],
    [
      'expired',
      [
        '--faked-system-time=20240101T000000',
        '--quick-gen-key',
        'a@example.org',
        'default',
        'default',
        '2024-02-01',
      ],
    ],
  ])('run no command when one is %s', async (_why, args) => {
    await using gpg = await createGnupg();
    await gpg.run(['--passphrase', '', ...args]);
    await writeFile(join(folder, 'key'), await gpg.run(['--export', '--armor']));
    const made = await backupMaker(['make', '-k', 'key', '-c', 'touch ran; echo data'], env, folder);
    expect(made).toMatchObject({ code: 6, stderr: expect.stringContaining('cannot encrypt to the key') });
    expect(await readdir(folder)).toEqual(['key']);
    expect(repository.requests).toEqual([]);
  });

  it('leave no half behind where there is no room for them', async () => {
    // No file may have a byte, which programs see as they see a full disk: a write that fails.
    const limited = 'trap \'\' XFSZ; ulimit -f 0; exec "$@"';
    const program = [process.execPath, launcher, 'keygen', '--email', 'a@example.org', '--output', 'shop'];
    const { status, stderr } = spawnSync('bash', ['-c', limited, 'bash', ...program], { cwd: folder });
    expect(stderr.toString()).toContain('error: cannot write shop.key.asc: EFBIG');
    expect(status).toBe(2);
    expect(await readdir(folder)).toEqual([]);
  });
});
