import { once } from 'node:events';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { flushedStream } from './flushed-stream.ts';

const never = new AbortController().signal;

/** Gives the same memory again and again, as a storage may. */
function storageOf(...texts: readonly string[]) {
  const state = { asked: 0, freed: false };
  async function* read() {
    const memory = Buffer.alloc(1);
    try {
      for (const text of texts) {
        state.asked += 1;
        memory.write(text);
        yield memory;
      }
    } finally {
      state.freed = true;
    }
  }
  return { state, source: read() };
}

/** A receiver that takes each chunk when the test says so. */
function receiver() {
  const waiting: (() => void)[] = [];
  let text = '';
  const stream = new Writable({
    highWaterMark: 1024,
    write: (chunk, _encoding, done) => {
      waiting.push(() => {
        text += chunk;
        done();
      });
    },
  });
  return { stream, text: () => text, take: () => waiting.shift()?.() };
}

const soon = () => new Promise(setImmediate);

describe('the body of an answer', () => {
  it('asks for no chunk before the one before has been taken, however much room there is', async () => {
    const { state, source } = storageOf('a', 'b', 'c');
    const { stream, text, take } = receiver();
    const body = flushedStream(source, never);
    body.pipe(stream);
    for (const asked of [1, 2, 3]) {
      await soon();
      expect(state.asked).toBe(asked);
      take();
    }
    await finished(body);
    await finished(stream);
    expect(text()).toBe('abc');
    expect(state.freed).toBe(true);
  });

  it('ends with the error of its source', async () => {
    async function* failing() {
      yield Buffer.from('a');
      throw new Error('the disk is gone');
    }
    const { stream, take } = receiver();
    const body = flushedStream(failing(), never);
    body.pipe(stream);
    await soon();
    take();
    await expect(finished(body)).rejects.toThrow('the disk is gone');
    expect(stream.writableEnded).toBe(false);
  });

  it('frees its source when the receiver goes away while a chunk is under way', async () => {
    const { state, source } = storageOf('a', 'b');
    const { stream } = receiver();
    const body = flushedStream(source, never);
    body.pipe(stream);
    await soon();
    stream.destroy();
    await expect(finished(body)).rejects.toThrow();
    expect(state).toEqual({ asked: 1, freed: true });
  });

  it('is ended by its signal while it waits for the source', async () => {
    async function* hanging() {
      yield* [];
      await once(new EventTarget(), 'never');
    }
    const limit = new AbortController();
    const body = flushedStream(hanging(), limit.signal);
    body.pipe(receiver().stream);
    limit.abort();
    await expect(finished(body)).rejects.toThrow('aborted');
  });
});
