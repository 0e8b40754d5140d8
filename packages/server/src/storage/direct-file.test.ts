import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectFile, directSupport, openDirect } from './direct-file.ts';
import { DirectMemory, pieceBytes } from './direct-memory.ts';

/** Asked of other programs, so that the tests see where it should have worked. */
function takesDirectIo(folder: string): boolean {
  try {
    const args = ['if=/dev/zero', `of=${join(folder, 'probe')}`, 'bs=4096', 'count=1', 'oflag=direct'];
    execFileSync('dd', args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function growing() {
  let bytes = 0;
  const wrote = (more: number) => {
    bytes += more;
  };
  return { wrote, ended: async () => {}, bytes: () => bytes };
}

describe('a folder', () => {
  it.each([tmpdir(), '/proc'])(
    'has files to be written directly if it is on ext4 or XFS: %s',
    async (folder) => {
      const name = execFileSync('stat', ['-f', '-c', '%T', folder], { encoding: 'utf8' }).trim();
      expect((await directSupport(folder)).supported).toBe(['ext2/ext3', 'xfs'].includes(name));
    },
  );
});

describe('a file that is written directly', () => {
  const [piece = Buffer.alloc(0)] = new DirectMemory(1).take()?.pieces ?? [];
  let folder: string;
  let path: string;
  let handle: FileHandle;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'direct-file-'));
    path = join(folder, 'file');
    handle = await open(path, 'wx');
  });
  afterEach(async () => {
    await handle.close();
    await rm(folder, { recursive: true });
  });

  /** A direct handle that answers so. */
  const answering = (write: () => Promise<{ bytesWritten: number }>) => ({
    openDirect: async () => ({ write, close: async () => {} }) as unknown as FileHandle,
    support: { supported: true },
    growing: growing(),
  });

  it.each([
    { blocks: 0, rest: 1 },
    { blocks: 1, rest: 0 },
    { blocks: 1, rest: 4095 },
    { blocks: pieceBytes / 4096, rest: 0 },
  ])('holds what it was given: $blocks blocks and $rest bytes', async ({ blocks, rest }) => {
    const bytes = piece.subarray(0, blocks * 4096 + rest);
    bytes.set(randomBytes(bytes.length));
    const [grown, support] = [growing(), { supported: true }];
    {
      await using file = new DirectFile(handle, {
        openDirect: () => openDirect(path),
        support,
        growing: grown,
      });
      await file.write(bytes, 0);
    }
    expect((await readFile(path)).equals(bytes)).toBe(true);
    expect(support.supported).toBe(takesDirectIo(folder));
    expect(grown.bytes()).toBe(support.supported ? rest : bytes.length);
  });

  it('goes on after its blocks, also at a position between two', async () => {
    await using file = new DirectFile(handle, {
      openDirect: () => openDirect(path),
      support: { supported: true },
      growing: growing(),
    });
    const whole = randomBytes(3 * 8192 + 100);
    for (const [from, to] of [
      [0, 8192],
      [8192, 8192 + 50],
      [8192 + 50, whole.length],
    ] as const) {
      piece.set(whole.subarray(from, to));
      await file.write(piece.subarray(0, to - from), from);
    }
    expect((await readFile(path)).equals(whole)).toBe(true);
  });

  it.each(['EINVAL', 'ENOTSUP'])(
    'is written through the cache, and asked once only, after %s',
    async (code) => {
      let asked = 0;
      const options = answering(async () => {
        asked += 1;
        throw Object.assign(new Error(code), { code });
      });
      const bytes = randomBytes(8192);
      await using file = new DirectFile(handle, options);
      await file.write(bytes, 0);
      await file.write(bytes, bytes.length);
      expect((await readFile(path)).equals(Buffer.concat([bytes, bytes]))).toBe(true);
      expect(asked).toBe(1);
      expect(options.growing.bytes()).toBe(2 * bytes.length);
    },
  );

  it('writes through the cache what a direct write left over', async () => {
    const bytes = randomBytes(8192);
    await using file = new DirectFile(
      handle,
      answering(async () => {
        await handle.write(bytes, 0, 512, 0);
        return { bytesWritten: 512 };
      }),
    );
    await file.write(bytes, 0);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('fails with a disk that is full', async () => {
    await using file = new DirectFile(
      handle,
      answering(() => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }))),
    );
    await expect(file.write(randomBytes(4096), 0)).rejects.toMatchObject({ code: 'ENOSPC' });
  });
});
