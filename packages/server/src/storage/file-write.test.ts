import type { FileHandle } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { writeChunks } from './file-write.ts';
import type { ByteSource } from './storage.ts';

/** A file that takes `bytesPerWrite` at most, and answers when the test says so where `answers` is given. */
function fileOf(options: { readonly bytesPerWrite?: number; readonly answers?: Promise<void>[] } = {}) {
  let text = '';
  const write = async (bytes: Uint8Array, offset: number, length: number, position: number) => {
    await options.answers?.shift();
    // Only now, as the kernel may: who changes the memory meanwhile has changed the file.
    const taken = Buffer.from(bytes)
      .toString('utf8', offset, offset + length)
      .slice(0, options.bytesPerWrite);
    text = text.slice(0, position) + taken;
    return { bytesWritten: taken.length };
  };
  return { handle: { write } as unknown as FileHandle, text: () => text };
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

const plain = { signal: undefined, release: undefined };

describe('writing a stream chunk by chunk', () => {
  it.each([1, 2, 3, 5])('goes on where a write took only %i bytes', async (bytesPerWrite) => {
    const file = fileOf({ bytesPerWrite });
    const grown = growing();
    const source = chunks('ab', '', 'cdefg', 'h', 'ijk');
    expect(await writeChunks(file.handle, source, { ...plain, growing: grown })).toBe(11);
    expect(file.text()).toBe('abcdefghijk');
    expect(grown.bytes()).toBe(11);
  });

  it('asks for a chunk when the one before is written, and needs that no more', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const file = fileOf({ answers: [promise] });
    let taken = 0;
    async function* counted(): ByteSource {
      for await (const chunk of chunks('abcd', 'efgh')) {
        taken += 1;
        yield chunk;
      }
    }
    const release = (chunk: Uint8Array) => void chunk.fill(0);
    const written = writeChunks(file.handle, counted(), { ...plain, release, growing: growing() });
    await new Promise(setImmediate);
    expect(taken).toBe(1);
    resolve();
    await written;
    expect(file.text()).toBe('abcdefgh');
  });

  it('fails with the write that failed', async () => {
    const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
    const file = fileOf({ answers: [Promise.reject(full)] });
    const written = writeChunks(file.handle, chunks('abcd', 'efgh'), { ...plain, growing: growing() });
    await expect(written).rejects.toMatchObject({ code: 'storage-full' });
  });
});
