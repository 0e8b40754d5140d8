import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { damageFileTree, makeFileTree, summarizeFileTree } from './file-tree.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-tree-'));
  await mkdir(join(folder, 'checkout', 'packages', 'model'), { recursive: true });
  await mkdir(join(folder, 'checkout', 'node_modules'));
  for (const name of [
    'README.md',
    'Makefile',
    'LICENSE',
    'a.ts',
    'b.ts',
    'packages/model/size.ts',
    'node_modules/x.js',
  ]) {
    await writeFile(join(folder, 'checkout', name), `${name}\n`);
  }
});
afterEach(() => rm(folder, { recursive: true }));

describe('a file tree', () => {
  it('is the same each time it is made, and leaves out what tools put into a checkout', async () => {
    await makeFileTree(join(folder, 'checkout'), join(folder, 'one'));
    await makeFileTree(join(folder, 'checkout'), join(folder, 'two'));
    const summary = await summarizeFileTree(join(folder, 'one'));
    expect(summary).toEqual(await summarizeFileTree(join(folder, 'two')));
    expect(summary.files).toBe(6 + 3);
  });

  it('differs after it was damaged', async () => {
    await makeFileTree(join(folder, 'checkout'), join(folder, 'one'));
    const before = await summarizeFileTree(join(folder, 'one'));
    await damageFileTree(join(folder, 'one'));
    const after = await summarizeFileTree(join(folder, 'one'));
    expect(after.digest).not.toBe(before.digest);
    expect(after.files).toBeLessThan(before.files);
  });
});
