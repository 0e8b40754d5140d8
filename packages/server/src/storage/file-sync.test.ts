import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFailure } from '@backup-maker/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BackgroundSync } from './file-sync.ts';

describe('syncing behind the writer', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'file-sync-'));
    file = join(folder, 'part');
    await writeFile(file, 'x');
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('closes what it was given, once it is durable', async () => {
    const syncing = new BackgroundSync();
    const handle = await open(file);
    await syncing.begin(file, handle);
    await syncing.ended(file);
    expect(handle.fd).toBe(-1);
  });

  it('keeps a failure until somebody asks for that file, and goes on with the others', async () => {
    const syncing = new BackgroundSync();
    const [broken, whole] = [await open(file), await open(file)];
    await broken.close();
    await syncing.begin('broken', broken);
    await syncing.begin('whole', whole);
    await syncing.ended('whole');
    await expect(syncing.ended('broken')).rejects.toSatisfy((error) => isFailure(error));
  });

  it('syncs a file that another process wrote', async () => {
    await new BackgroundSync().ended(file);
    await expect(new BackgroundSync().ended(join(folder, 'missing'))).rejects.toSatisfy((error) =>
      isFailure(error, 'not-found'),
    );
  });

  it('lets writers wait when the disk is far behind', async () => {
    const syncing = new BackgroundSync();
    const handles = await Promise.all(Array.from({ length: 20 }, () => open(file)));
    await Promise.all(handles.map((handle, index) => syncing.begin(`part-${index}`, handle)));
    expect(handles.filter(({ fd }) => fd !== -1).length).toBeLessThanOrEqual(1);
  });
});
