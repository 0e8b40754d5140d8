import { describe, expect, it } from 'vitest';
import { gather } from './gather.ts';

type Source = AsyncIterable<Uint8Array>;

/** Somewhere to write to, which answers when the test says so where `answers` is given. */
function sink(...answers: Promise<void>[]) {
  const writes: string[] = [];
  let text = '';
  const write = async (piece: Uint8Array, position: number): Promise<void> => {
    writes.push(String(Buffer.from(piece)));
    await answers.shift();
    // Only now, as a kernel may: who changes the memory meanwhile has changed what is written.
    text = text.slice(0, position) + String(Buffer.from(piece));
  };
  return { write, writes, text: () => text };
}

async function* chunks(...texts: readonly string[]): Source {
  yield* texts.map((text) => Buffer.from(text));
}

const pieces = () => [Buffer.alloc(4), Buffer.alloc(4)] as const;

describe('gathering a stream', () => {
  it('writes full pieces, and the rest at the end', async () => {
    const { write, writes, text } = sink();
    expect(await gather(chunks('ab', 'cdefghi', '', 'j', 'k'), { pieces: pieces(), write })).toBe(11);
    expect(writes).toEqual(['abcd', 'efgh', 'ijk']);
    expect(text()).toBe('abcdefghijk');
  });

  it.each([[['abcd']], [['a', 'bcd', '']]])(
    'writes nothing behind a piece that is just full: %j',
    async (texts) => {
      const { write, writes } = sink();
      expect(await gather(chunks(...texts), { pieces: pieces(), write })).toBe(4);
      expect(writes).toEqual(['abcd']);
    },
  );

  it('writes nothing for an empty stream', async () => {
    const { write, writes } = sink();
    expect(await gather(chunks('', ''), { pieces: pieces(), write })).toBe(0);
    expect(writes).toEqual([]);
  });

  it('fills one piece while the other is written, and no more than that', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { write, text } = sink(promise);
    let taken = 0;
    async function* counted(): Source {
      for await (const chunk of chunks('abcd', 'efgh', 'ijkl', 'mnop')) {
        taken += 1;
        yield chunk;
      }
    }
    const gathered = gather(counted(), { pieces: pieces(), write });
    await new Promise(setImmediate);
    expect(taken).toBe(2);
    resolve();
    expect(await gathered).toBe(16);
    expect(text()).toBe('abcdefghijklmnop');
  });

  it('needs a chunk no more once it was gathered', async () => {
    const { write, text } = sink();
    const release = (chunk: Uint8Array) => void chunk.fill(0);
    await gather(chunks('ab', 'cdefghijklmn', 'o'), { pieces: pieces(), write, release });
    expect(text()).toBe('abcdefghijklmno');
  });

  it('fails with the write that failed, although more came in meanwhile', async () => {
    const { write, writes } = sink(Promise.reject(new Error('full')));
    await expect(gather(chunks('abcd', 'efgh', 'ijkl'), { pieces: pieces(), write })).rejects.toThrow('full');
    expect(writes).toHaveLength(1);
  });

  it('stops when it is told to', async () => {
    const { write, writes } = sink();
    const stop = new AbortController();
    async function* stopping(): Source {
      yield* chunks('abcd');
      stop.abort(new Error('stop'));
      yield* chunks('efgh');
    }
    await expect(gather(stopping(), { pieces: pieces(), write, signal: stop.signal })).rejects.toThrow(
      'stop',
    );
    expect(writes).toEqual(['abcd']);
  });

  it('does not end before its last write has, also where the source fails', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { write } = sink(promise);
    async function* failing(): Source {
      yield* chunks('abcd', 'ef');
      throw new Error('gone');
    }
    const order: string[] = [];
    const gathered = gather(failing(), { pieces: pieces(), write }).catch((error: Error) =>
      order.push(error.message),
    );
    await new Promise(setImmediate);
    order.push('answered');
    resolve();
    await gathered;
    expect(order).toEqual(['answered', 'gone']);
  });
});
