import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFailure } from '@backup-maker/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileStorage } from './file.ts';
import type { ByteSource } from './storage.ts';

async function* bytes(text: string): ByteSource {
  yield Buffer.from(text);
}

describe('the folder of a file storage', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'file-storage-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('is taken again by its owner, also by two servers at once', async () => {
    await Promise.all([1, 2, 3].map(() => openFileStorage({ folder, ownerId: 'mine' })));
    expect((await readdir(folder)).toSorted()).toEqual(['.backup-repository', 'incoming', 'objects']);
  });

  it('is refused when another installation marked it', async () => {
    await openFileStorage({ folder, ownerId: 'theirs' });
    await expect(openFileStorage({ folder, ownerId: 'mine' })).rejects.toSatisfy((error) =>
      isFailure(error, 'conflict'),
    );
  });

  it('is refused when it holds files of somebody else', async () => {
    await writeFile(join(folder, 'thesis.odt'), 'x');
    await expect(openFileStorage({ folder, ownerId: 'mine' })).rejects.toThrow('holds other files');
  });

  it('is readable by its owner alone', async () => {
    const storage = await openFileStorage({ folder, ownerId: 'mine' });
    await storage.put('iwa/1', bytes('x'));
    expect((await stat(join(folder, 'objects/iwa/1'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'objects/iwa'))).mode & 0o777).toBe(0o700);
  });

  it('keeps nothing of a write that failed', async () => {
    const storage = await openFileStorage({ folder, ownerId: 'mine' });
    async function* failing(): ByteSource {
      yield Buffer.from('half');
      throw new Error('gone');
    }
    await expect(storage.put('iwa/1', failing())).rejects.toThrow('gone');
    expect(await readdir(join(folder, 'incoming'))).toEqual([]);
    expect(await readdir(join(folder, 'objects'))).toEqual([]);
  });

  it('removes what a killed writer left, once it is old enough', async () => {
    const storage = await openFileStorage({ folder, ownerId: 'mine' });
    const now = Date.now();
    for (const [name, ageMs] of [
      ['old', 60_000],
      ['young', 0],
    ] as const) {
      const path = join(folder, 'incoming', name);
      await writeFile(path, 'half');
      await utimes(path, new Date(now - ageMs), new Date(now - ageMs));
    }
    expect(await storage.removeUnfinished(now - 30_000)).toBe(1);
    expect(await readdir(join(folder, 'incoming'))).toEqual(['young']);
  });

  it.each([
    ['a symbolic link', (path: string) => symlink('/etc/passwd', path)],
    ['a FIFO', async (path: string) => void execFileSync('mkfifo', [path])],
    ['a folder', (path: string) => mkdir(path)],
  ])('does not read through %s that somebody planted', async (_, plant) => {
    const storage = await openFileStorage({ folder, ownerId: 'mine' });
    await storage.put('iwa/1', bytes('x'));
    await plant(join(folder, 'objects/iwa/2'));
    await expect(storage.get('iwa/2')).rejects.toSatisfy((error) => isFailure(error, 'unavailable'));
    await expect(storage.put('iwa/2', bytes('x'))).rejects.toSatisfy((error) => isFailure(error, 'conflict'));
    const keys: string[] = [];
    for await (const { key } of storage.list('')) {
      keys.push(key);
    }
    expect(keys).toEqual(['iwa/1']);
  });

  it('does not write through a folder that is a symbolic link', async () => {
    const storage = await openFileStorage({ folder, ownerId: 'mine' });
    await mkdir(join(folder, 'elsewhere'));
    await symlink(join(folder, 'elsewhere'), join(folder, 'objects/iwa'));
    await expect(storage.put('iwa/1', bytes('x'))).rejects.toThrow('not a directory');
    expect(await readdir(join(folder, 'elsewhere'))).toEqual([]);
  });
});
