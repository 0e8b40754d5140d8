import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  appendFile,
  chmod,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readlink,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Folders of the checkout that are no sources: what tools put there. */
const leftOut = new Set(['node_modules', '.git', '.build', 'coverage']);

/**
 * Copy the checkout's sources and docs to `target`, and add what backups are known to lose: an empty file and
 * folder, names with spaces and quotes, a symbolic link, a mode that differs.
 */
export async function makeFileTree(checkout: string, target: string): Promise<void> {
  for (const { path, type } of await listTree(checkout, leftOut)) {
    if (type === 'file') {
      await mkdir(dirname(join(target, path)), { recursive: true });
      await copyFile(join(checkout, path), join(target, path));
    }
  }
  const odd = join(target, 'odd names \'and\' "quotes"');
  await mkdir(join(odd, 'empty folder'), { recursive: true });
  await writeFile(join(odd, 'żółć $HOME `id`.txt'), 'not evaluated\n');
  await writeFile(join(odd, '-leading dash'), '');
  await symlink('../README.md', join(odd, 'link'));
  await writeFile(join(odd, 'run.sh'), '#!/bin/sh\n');
  await chmod(join(odd, 'run.sh'), 0o751);
}

/** What a person who damages files does: delete a folder, overwrite, cut off, append, change a mode. */
export async function damageFileTree(folder: string): Promise<void> {
  const files = (await listTree(folder))
    .filter((entry) => entry.type === 'file')
    .map((entry) => join(folder, entry.path));
  await rm(join(folder, 'packages', 'model'), { recursive: true });
  for (const [index, file] of files.filter((path) => !path.includes('/packages/model/')).entries()) {
    if (index % 5 === 0) {
      await writeFile(file, 'encrypted by ransomware');
    } else if (index % 5 === 1) {
      await truncate(file, 1);
    } else if (index % 5 === 2) {
      await appendFile(file, 'and one line more');
    } else if (index % 5 === 3) {
      await rm(file);
    } else {
      await chmod(file, 0o600);
    }
  }
}

export interface TreeSummary {
  readonly files: number;
  readonly bytes: number;
  /** Changes with any path, type, mode, link target or byte of the tree. */
  readonly digest: string;
}

/** Read the whole tree. */
export async function summarizeFileTree(folder: string): Promise<TreeSummary> {
  const hash = createHash('sha256');
  let files = 0;
  let bytes = 0;
  for (const { path, type } of await listTree(folder)) {
    const full = join(folder, path);
    const { mode, size } = await lstat(full);
    hash.update(JSON.stringify([path, type, type === 'link' ? await readlink(full) : mode & 0o7777]));
    if (type === 'file') {
      hash.update(String(size));
      for await (const chunk of createReadStream(full)) {
        hash.update(chunk);
      }
      files += 1;
      bytes += size;
    }
  }
  return { files, bytes, digest: hash.digest('hex') };
}

interface TreeEntry {
  readonly path: string;
  readonly type: 'file' | 'folder' | 'link';
}

/** Every entry below a folder, sorted by path. */
async function listTree(
  folder: string,
  without: ReadonlySet<string> = new Set(),
  below = '',
): Promise<readonly TreeEntry[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  const found: TreeEntry[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(below, entry.name);
    if (entry.isDirectory() && !without.has(entry.name)) {
      found.push({ path, type: 'folder' }, ...(await listTree(folder, without, path)));
    } else if (entry.isSymbolicLink()) {
      found.push({ path, type: 'link' });
    } else if (entry.isFile()) {
      found.push({ path, type: 'file' });
    }
  }
  return found;
}
