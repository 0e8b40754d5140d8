import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, opendir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '@backup-maker/model';
import { failureFromErrno } from './errno.ts';

/** Make `folder` and its parents up to `root`; each new one is synced into its parent. */
export async function makeFolderDurably(folder: string, root: string): Promise<void> {
  if (folder === root) {
    return;
  }
  const parent = dirname(folder);
  await makeFolderDurably(parent, root);
  try {
    await mkdir(folder, { mode: 0o700 });
    await syncFolder(parent);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw error;
    }
  }
  if (!(await lstat(folder)).isDirectory()) {
    throw new Failure('unavailable', 'a folder of the storage is not a directory');
  }
}

/** Make what was made, renamed and removed in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    await handle.sync();
  } catch (error) {
    throw failureFromErrno(error);
  } finally {
    await handle?.close();
  }
}

/** The paths of all regular files below a folder, as they are found; links are not followed. */
export async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      yield* filesBelow(path);
    } else if (entry.isFile()) {
      yield path;
    }
  }
}
