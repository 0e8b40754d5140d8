import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { backupMaker } from './backup-maker.ts';
import { type FakeRepository, type StoredVersion, startFakeRepository, token } from './fake-repository.ts';

const partBytes = 8 * 1024 * 1024;

describe('a version that was tampered with', () => {
  let folder: string;
  let repository: FakeRepository;
  let env: Record<string, string>;
  /** Two versions of the same collection, and one of another; the plain text of the first is in `dump`. */
  let pristine: {
    readonly first: StoredVersion;
    readonly second: StoredVersion;
    readonly elsewhere: StoredVersion;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bm-tampered-'));
    repository = await startFakeRepository();
    env = { BM_URL: repository.url, BM_COLLECTION_ID: 'shop', BM_AUTH_TOKEN: token };
    for (const name of ['k', 'signer', 'stranger']) {
      await backupMaker(['keygen', '--email', `${name}@example.org`, '--output', join(folder, name)], {});
    }
    await make({}, 'head -c 20000000 /dev/urandom | tee dump');
    await make({}, 'head -c 20000000 /dev/urandom');
    await make({ BM_COLLECTION_ID: 'elsewhere' }, 'echo other collection');
    const [first, second, elsewhere] = repository.versions;
    if (!first || !second || !elsewhere) {
      throw new Error('the versions were not made');
    }
    pristine = { first, second, elsewhere };
  });
  afterAll(async () => {
    await repository[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    await rm(join(folder, 'received'), { force: true });
    repository.versions.splice(0);
  });

  async function make(more: Record<string, string>, command: string): Promise<void> {
    const made = await backupMaker(
      ['make', '-k', join(folder, 'k.pub.asc'), '-c', command],
      { ...env, ...more },
      folder,
    );
    expect(made).toMatchObject({ code: 0 });
  }

  const restore = (...args: string[]) =>
    backupMaker(['restore', '-p', join(folder, 'k.key.asc'), '-c', 'cat > received', ...args], env, folder);

  const part = (bytes: Buffer, index: number) => bytes.subarray(index * partBytes, (index + 1) * partBytes);
  const changed = (bytes: Buffer, offset: number) => {
    const copy = Buffer.from(bytes);
    copy[offset] = (copy[offset] ?? 0) ^ 1;
    return copy;
  };

  /** What the server gives instead of the first version, and how many whole parts are still true. */
  const tamperings: readonly [string, (versions: typeof pristine) => StoredVersion, number][] = [
    ['changed in the first part', ({ first }) => ({ ...first, bytes: changed(first.bytes, 5_000_000) }), 0],
    ['changed in the second part', ({ first }) => ({ ...first, bytes: changed(first.bytes, partBytes) }), 1],
    [
      'changed in its last byte',
      ({ first }) => ({ ...first, bytes: changed(first.bytes, first.bytes.length - 1) }),
      2,
    ],
    ['cut in a part', ({ first }) => ({ ...first, bytes: first.bytes.subarray(0, partBytes + 1000) }), 1],
    ['cut between parts', ({ first }) => ({ ...first, bytes: first.bytes.subarray(0, 2 * partBytes) }), 2],
    ['made longer', ({ first }) => ({ ...first, bytes: Buffer.concat([first.bytes, Buffer.of(0)]) }), 2],
    [
      'reordered',
      ({ first }) => ({
        ...first,
        bytes: Buffer.concat([part(first.bytes, 1), part(first.bytes, 0), part(first.bytes, 2)]),
      }),
      0,
    ],
    [
      'given a part twice',
      ({ first }) => ({
        ...first,
        bytes: Buffer.concat([part(first.bytes, 0), part(first.bytes, 0), part(first.bytes, 2)]),
      }),
      1,
    ],
    [
      'given a part of another version',
      ({ first, second }) => ({
        ...first,
        bytes: Buffer.concat([part(first.bytes, 0), part(second.bytes, 1), part(first.bytes, 2)]),
      }),
      1,
    ],
    [
      'given the manifest of another version',
      ({ first, second }) => ({ ...first, manifest: second.manifest }),
      0,
    ],
    [
      'given a changed manifest',
      ({ first }) => ({ ...first, manifest: changed(first.manifest ?? Buffer.of(), 80) }),
      0,
    ],
    ['given a manifest that is none', ({ first }) => ({ ...first, manifest: Buffer.from('<html>') }), 0],
    ['replaced by another version', ({ second }) => second, 0],
    ['replaced by a version of another collection', ({ elsewhere }) => elsewhere, 0],
  ];

  it.each(tamperings)(
    'never reaches the command with a damaged byte: %s',
    async (_name, tamper, trueParts) => {
      repository.versions.push(tamper(pristine));
      const result = await restore();
      expect(result).toMatchObject({ code: 6, stderr: expect.stringMatching(/^error: /m) });
      const received = await readFile(join(folder, 'received')).catch(() => Buffer.alloc(0));
      const dump = await readFile(join(folder, 'dump'));
      expect(received.length).toBeLessThanOrEqual(trueParts * partBytes);
      expect(received.equals(dump.subarray(0, received.length))).toBe(true);
    },
  );

  it('is restored when it is as it was', async () => {
    repository.versions.push(pristine.first);
    expect(await restore()).toMatchObject({ code: 0 });
    expect((await readFile(join(folder, 'received'))).equals(await readFile(join(folder, 'dump')))).toBe(
      true,
    );
  });

  it('is refused by --max-age when it is an old one, or does not tell', async () => {
    repository.versions.push(pristine.first, { bytes: pristine.first.bytes });
    expect(await restore('-s', '1', '--max-age', '1h')).toMatchObject({ code: 0 });
    expect(await restore('-s', '1', '--max-age', '1ms')).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('longer ago than --max-age allows'),
    });
    expect(await restore('-s', '2', '--max-age', '1h')).toMatchObject({ code: 6 });
    expect(await restore('-s', '1', '--max-age', 'soon')).toMatchObject({ code: 2 });
  });

  it('never reaches the command where it is signed either, with SHA-256 for its parts', async () => {
    await make({ BM_SIGN_KEY_PATH: join(folder, 'signer.key.asc') }, 'head -c 9000000 /dev/urandom');
    const [signed] = repository.versions.splice(0);
    if (!signed) {
      throw new Error('the version was not made');
    }
    expect(String(signed.manifest)).toContain('"digestAlgorithm":"SHA-256"');
    repository.versions.push({ ...signed, bytes: changed(signed.bytes, partBytes) });
    expect(await restore('--verify-key', join(folder, 'signer.pub.asc'))).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('part 2 is damaged'),
    });
    expect((await readFile(join(folder, 'received'))).length).toBeLessThan(partBytes);
  });

  it('is refused by --verify-key unless that key signed it', async () => {
    const key = (name: string) => join(folder, `${name}.pub.asc`);
    await make({ BM_SIGN_KEY_PATH: join(folder, 'signer.key.asc') }, 'echo signed');
    await make({}, 'echo unsigned');
    expect(await restore('-s', '1', '--verify-key', key('signer'))).toMatchObject({ code: 0 });
    expect(await restore('-s', '1')).toMatchObject({ code: 0 });
    for (const [version, signer] of [
      ['1', 'stranger'],
      ['2', 'signer'],
    ] as const) {
      expect(await restore('-s', version, '--verify-key', key(signer))).toMatchObject({
        code: 6,
        stderr: expect.stringContaining('signed'),
      });
    }
    const [signed] = repository.versions;
    repository.versions.push({ bytes: signed?.bytes ?? Buffer.of() });
    expect(await restore('-s', '3', '--verify-key', key('signer'))).toMatchObject({ code: 6 });
  });
});
