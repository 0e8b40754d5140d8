import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './process.ts';
import { aTemporaryFolder } from './temporary-folder.ts';

/** A disk in memory, of a size that is soon reached. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** Give it another size. */
  resize(mebibytes: number): Promise<void>;
}

/** Needs root on Linux, as pods of the embedded cluster do. */
export async function aSmallDisk(mebibytes: number): Promise<SmallDisk> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await aTemporaryFolder());
  const path = join(folder.path, 'disk');
  await mkdir(path);
  await run(['mount', '-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0700`, 'small-disk', path]);
  stack.defer(async () => {
    await run(['umount', path]);
  });
  const mounted = stack.move();
  return {
    path,
    resize: async (size) => {
      await run(['mount', '-o', `remount,size=${size}m`, path]);
    },
    [Symbol.asyncDispose]: () => mounted.disposeAsync(),
  };
}
