import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@backup-maker/model';

const markerName = '.backup-repository';
/** What a fresh file system or volume may contain without anybody having put it there. */
const harmlessNames = new Set(['lost+found']);

/**
 * Mark a folder as the storage of one installation, or make sure that it is already.
 * @throws Failure `conflict` when it is marked by another one, or holds files of somebody else
 */
export async function claimFolder(folder: string, ownerId: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const owner = await readOwner(folder);
  if (owner === undefined) {
    await insistOnEmpty(folder);
    await mark(folder, ownerId);
  } else if (owner !== ownerId) {
    throw new Failure(
      'conflict',
      `the storage folder belongs to another installation (${owner}; this one is ${ownerId}). ` +
        `Give this one a folder of its own; or, if that installation is gone and its files may be removed, delete ${markerName} in it`,
    );
  }
  await mkdir(join(folder, 'objects'), { recursive: true, mode: 0o700 });
  await mkdir(join(folder, 'incoming'), { recursive: true, mode: 0o700 });
}

async function readOwner(folder: string): Promise<string | undefined> {
  try {
    return (await readFile(join(folder, markerName), 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

async function insistOnEmpty(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => !harmlessNames.has(name));
  if (names.some((name) => !name.startsWith(markerName))) {
    throw new Failure(
      'conflict',
      'the storage folder holds other files. Give the storage an empty folder of its own',
    );
  }
}

/** Linked into place with its content: another server that starts at the same time sees all of it or nothing. */
async function mark(folder: string, ownerId: string): Promise<void> {
  const marker = join(folder, markerName);
  const temporary = `${marker}.${randomUUID()}`;
  try {
    await writeFile(temporary, `${ownerId}\n`, { mode: 0o600, flush: true });
    await link(temporary, marker);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw error;
    }
    await claimFolder(folder, ownerId);
  } finally {
    await rm(temporary, { force: true });
  }
}
