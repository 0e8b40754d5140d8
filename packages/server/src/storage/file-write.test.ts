import type { FileHandle } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { writeAll } from './file-write.ts';
import type { ByteSource } from './storage.ts';

/** A file that takes `bytesPerWrite` at most, and answers when the test says so where `answers` is given. */
function fileOf(options: { readonly bytesPerWrite?: number; readonly answers?: Promise<void>[] } = {}) {
  const writes: string[][] = [];
  let text = '';
  const handle = {
    writev: async (chunks: readonly Uint8Array[]) => {
      writes.push(chunks.map((chunk) => Buffer.from(chunk).toString()));
      await options.answers?.shift();
      const taken = writes.at(-1)?.join('').slice(0, options.bytesPerWrite) ?? '';
      text += taken;
      return { bytesWritten: taken.length };
    },
  };
  return { handle: handle as unknown as FileHandle, writes, text: () => text };
}

function growing() {
  let bytes = 0;
  const wrote = (more: number) => {
    bytes += more;
  };
  return { wrote, ended: async () => {}, bytes: () => bytes };
}

async function* chunks(...texts: readonly string[]): ByteSource {
  yield* texts.map((text) => Buffer.from(text));
}

const whole = { growing: growing(), batchBytes: () => 4, signal: undefined, release: undefined };

describe('writing a stream to a file', () => {
  it('writes several chunks at once, and the rest at the end', async () => {
    const file = fileOf();
    const grown = growing();
    expect(await writeAll(file.handle, chunks('ab', 'cd', 'ef', 'g'), { ...whole, growing: grown })).toBe(7);
    expect(file.writes).toEqual([
      ['ab', 'cd'],
      ['ef', 'g'],
    ]);
    expect(grown.bytes()).toBe(7);
  });

  it('tells of each chunk that is written, and of none before', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const file = fileOf({ answers: [promise] });
    const released: string[] = [];
    const release = (chunk: Uint8Array) => void released.push(Buffer.from(chunk).toString());
    const written = writeAll(file.handle, chunks('ab', 'cd', 'ef'), { ...whole, release });
    await new Promise(setImmediate);
    expect(released).toEqual([]);
    resolve();
    await written;
    expect(released).toEqual(['ab', 'cd', 'ef']);
  });

  it('writes nothing for an empty stream', async () => {
    const file = fileOf();
    expect(await writeAll(file.handle, chunks('', ''), whole)).toBe(0);
    expect(file.text()).toBe('');
  });

  it.each([1, 2, 3, 5])('goes on where a write took only %i bytes', async (bytesPerWrite) => {
    const file = fileOf({ bytesPerWrite });
    expect(await writeAll(file.handle, chunks('ab', '', 'cdefg', 'h', 'ijk'), whole)).toBe(11);
    expect(file.text()).toBe('abcdefghijk');
  });

  it('gathers the next batch while one is written, and no more than that', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const file = fileOf({ answers: [promise] });
    let taken = 0;
    async function* counted(): ByteSource {
      for await (const chunk of chunks('abcd', 'efgh', 'ijkl', 'mnop')) {
        taken += 1;
        yield chunk;
      }
    }
    const written = writeAll(file.handle, counted(), { ...whole, batchBytes: () => 5 });
    await new Promise(setImmediate);
    expect(taken).toBe(4);
    expect(file.writes).toEqual([['abcd', 'efgh']]);
    resolve();
    expect(await written).toBe(16);
  });

  it('gathers nothing where there is no room for it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const file = fileOf({ answers: [promise] });
    let taken = 0;
    async function* counted(): ByteSource {
      for await (const chunk of chunks('abcd', 'efgh')) {
        taken += 1;
        yield chunk;
      }
    }
    const written = writeAll(file.handle, counted(), { ...whole, batchBytes: () => 4 });
    await new Promise(setImmediate);
    expect(taken).toBe(1);
    resolve();
    await written;
    expect(file.text()).toBe('abcdefgh');
  });

  it('holds a bounded number of tiny chunks', async () => {
    const file = fileOf();
    await writeAll(file.handle, chunks(...'x'.repeat(200)), { ...whole, batchBytes: () => 1000 });
    expect(Math.max(...file.writes.map((batch) => batch.length))).toBeLessThanOrEqual(64);
    expect(file.text()).toHaveLength(200);
  });

  it('fails with the write that failed, although more came in meanwhile', async () => {
    const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
    const file = fileOf({ answers: [Promise.reject(full)] });
    await expect(writeAll(file.handle, chunks('abcd', 'efgh', 'ijkl'), whole)).rejects.toMatchObject({
      code: 'storage-full',
    });
    expect(file.writes).toHaveLength(1);
  });

  it('does not end before its last write has, also where the source fails', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const file = fileOf({ answers: [promise] });
    async function* failing(): ByteSource {
      yield* chunks('abcd', 'ef');
      throw new Error('gone');
    }
    const order: string[] = [];
    const written = writeAll(file.handle, failing(), { ...whole, batchBytes: () => 3 }).catch((error) =>
      order.push(error.message),
    );
    await new Promise(setImmediate);
    order.push('answered');
    resolve();
    await written;
    expect(order).toEqual(['answered', 'gone']);
  });
});
