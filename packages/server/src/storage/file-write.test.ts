import type { FileHandle } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { writeChunks, writeGathered } from './file-write.ts';
import type { ByteSource } from './storage.ts';

/** A file that takes `bytesPerWrite` at most, and answers when the test says so where `answers` is given. */
function fileOf(options: { readonly bytesPerWrite?: number; readonly answers?: Promise<void>[] } = {}) {
  const writes: string[] = [];
  let text = '';
  const take = async (bytes: Uint8Array, position: number): Promise<number> => {
    writes.push(Buffer.from(bytes).toString());
    await options.answers?.shift();
    // Only now, as the kernel may: who changes the memory meanwhile has changed the file.
    const taken = Buffer.from(bytes).toString().slice(0, options.bytesPerWrite);
    text = text.slice(0, position) + taken;
    return taken.length;
  };
  return {
    file: { write: async (bytes: Uint8Array, position: number) => void (await take(bytes, position)) },
    handle: {
      write: async (bytes: Uint8Array, offset: number, length: number, position: number) => ({
        bytesWritten: await take(bytes.subarray(offset, offset + length), position),
      }),
    } as unknown as FileHandle,
    writes,
    text: () => text,
  };
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

/** Counts what is taken of it. */
function counted(...texts: readonly string[]) {
  const state = { taken: 0 };
  async function* source(): ByteSource {
    for await (const chunk of chunks(...texts)) {
      state.taken += 1;
      yield chunk;
    }
  }
  return { state, source: source() };
}

const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
const plain = { signal: undefined, release: undefined };

describe('gathering a stream for a file', () => {
  const options = () => ({ ...plain, pieces: [Buffer.alloc(4), Buffer.alloc(4)] as const });

  it('writes full pieces, and the rest at the end', async () => {
    const file = fileOf();
    expect(await writeGathered(file.file, chunks('ab', 'cdefghi', '', 'j', 'k'), options())).toBe(11);
    expect(file.writes).toEqual(['abcd', 'efgh', 'ijk']);
    expect(file.text()).toBe('abcdefghijk');
  });

  it.each([[['abcd']], [['a', 'bcd', '']]])(
    'writes nothing behind pieces that are just full: %j',
    async (texts) => {
      const file = fileOf();
      expect(await writeGathered(file.file, chunks(...texts), options())).toBe(4);
      expect(file.writes).toEqual(['abcd']);
    },
  );

  it('writes nothing for an empty stream', async () => {
    const file = fileOf();
    expect(await writeGathered(file.file, chunks('', ''), options())).toBe(0);
    expect(file.writes).toEqual([]);
  });

  it('fills one piece while the other is written, and no more than that', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const file = fileOf({ answers: [promise] });
    const { state, source } = counted('abcd', 'efgh', 'ijkl', 'mnop');
    const written = writeGathered(file.file, source, options());
    await new Promise(setImmediate);
    expect(state.taken).toBe(2);
    resolve();
    expect(await written).toBe(16);
    expect(file.text()).toBe('abcdefghijklmnop');
  });

  it('needs a chunk no more once it was gathered', async () => {
    const file = fileOf();
    const release = (chunk: Uint8Array) => void chunk.fill(0);
    await writeGathered(file.file, chunks('ab', 'cdefghijklmn', 'o'), { ...options(), release });
    expect(file.text()).toBe('abcdefghijklmno');
  });

  it('fails with the write that failed, although more came in meanwhile', async () => {
    const file = fileOf({ answers: [Promise.reject(full)] });
    await expect(writeGathered(file.file, chunks('abcd', 'efgh', 'ijkl'), options())).rejects.toMatchObject({
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
    const written = writeGathered(file.file, failing(), options()).catch((error: Error) =>
      order.push(error.message),
    );
    await new Promise(setImmediate);
    order.push('answered');
    resolve();
    await written;
    expect(order).toEqual(['answered', 'gone']);
  });
});

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
    const { state, source } = counted('abcd', 'efgh');
    const release = (chunk: Uint8Array) => void chunk.fill(0);
    const written = writeChunks(file.handle, source, { ...plain, release, growing: growing() });
    await new Promise(setImmediate);
    expect(state.taken).toBe(1);
    resolve();
    await written;
    expect(file.text()).toBe('abcdefgh');
  });

  it('fails with the write that failed', async () => {
    const file = fileOf({ answers: [Promise.reject(full)] });
    const written = writeChunks(file.handle, chunks('abcd', 'efgh'), { ...plain, growing: growing() });
    await expect(written).rejects.toMatchObject({ code: 'storage-full' });
  });
});
