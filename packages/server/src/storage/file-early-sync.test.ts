import type { FileHandle } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { EarlySync } from './file-early-sync.ts';

const mebibyte = 1024 ** 2;

/** A disk that answers when the test says so. */
function diskOf(handles: number) {
  const asked: { readonly handle: number; readonly answer: (error?: Error) => void }[] = [];
  const files = Array.from({ length: handles }, (_, handle) => ({
    datasync: () =>
      new Promise<void>((resolve, reject) => {
        asked.push({ handle, answer: (error) => (error ? reject(error) : resolve()) });
      }),
  }));
  return { asked, files: files as unknown as readonly FileHandle[] };
}

describe('syncing a file while it is written', () => {
  it('asks the disk once for every 32 MiB, and not again before it has answered', async () => {
    const { asked, files } = diskOf(1);
    const file = new EarlySync().of(files[0] as FileHandle);
    file.wrote(31 * mebibyte);
    expect(asked).toHaveLength(0);
    file.wrote(mebibyte);
    file.wrote(100 * mebibyte);
    expect(asked).toHaveLength(1);
    asked[0]?.answer();
    await file.ended();
    file.wrote(1);
    expect(asked).toHaveLength(2);
  });

  it('takes files in turns', async () => {
    const { asked, files } = diskOf(2);
    const early = new EarlySync();
    const [first, second] = files.map((handle) => early.of(handle));
    first?.wrote(32 * mebibyte);
    second?.wrote(32 * mebibyte);
    expect(asked.map(({ handle }) => handle)).toEqual([0]);
    asked[0]?.answer();
    await first?.ended();
    second?.wrote(1);
    expect(asked.map(({ handle }) => handle)).toEqual([0, 1]);
  });

  it('does not end before the disk has answered', async () => {
    const { asked, files } = diskOf(1);
    const file = new EarlySync().of(files[0] as FileHandle);
    file.wrote(32 * mebibyte);
    const order: string[] = [];
    const ended = file.ended().then(() => order.push('ended'));
    await Promise.resolve();
    order.push('answered');
    asked[0]?.answer();
    await ended;
    expect(order).toEqual(['answered', 'ended']);
  });

  it('keeps the failure of a sync, also when a later one succeeds', async () => {
    const { asked, files } = diskOf(1);
    const file = new EarlySync().of(files[0] as FileHandle);
    file.wrote(32 * mebibyte);
    asked[0]?.answer(new Error('lost'));
    await expect(file.ended()).rejects.toMatchObject({ code: 'unavailable' });
    file.wrote(32 * mebibyte);
    asked[1]?.answer();
    await expect(file.ended()).rejects.toMatchObject({ code: 'unavailable' });
  });
});
