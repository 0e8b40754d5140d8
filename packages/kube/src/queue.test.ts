import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWorkQueue } from './queue.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const setup = () => createWorkQueue({ random: () => 0, backoff: { baseMs: 100, maxMs: 1000 } });

it('hands out a key once, however often it was added', async () => {
  const queue = setup();
  queue.add('a');
  queue.add('a');
  queue.add('b');
  expect([await queue.next(), await queue.next(), queue.depth]).toEqual(['a', 'b', 0]);
});

it('never hands out a key that somebody works on; it comes again when that is done', async () => {
  const queue = setup();
  queue.add('a');
  await queue.next();
  queue.add('a');
  expect(queue.depth).toBe(0);
  queue.done('a');
  expect(await queue.next()).toBe('a');
});

it('gives a key to whoever waited first', async () => {
  const queue = setup();
  const both = Promise.all([queue.next(), queue.next()]);
  queue.add('a');
  queue.add('b');
  expect(await both).toEqual(['a', 'b']);
});

describe('delays', () => {
  it('adds later, at the earliest of several times', async () => {
    const queue = setup();
    queue.addAfter('a', 5000);
    queue.addAfter('a', 1000);
    queue.addAfter('a', 9000);
    await vi.advanceTimersByTimeAsync(999);
    expect(queue.depth).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(await queue.next()).toBe('a');
    queue.done('a');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(queue.depth).toBe(0);
  });

  it('grow with every failure up to the maximum, until the key succeeds', () => {
    const queue = setup();
    const waits = Array.from({ length: 6 }, () => queue.retry('a'));
    expect(waits).toEqual([100, 200, 400, 800, 1000, 1000]);
    queue.forget('a');
    expect(queue.retry('a')).toBe(100);
  });

  it('hold back the retries of many keys together', () => {
    const queue = createWorkQueue({
      random: () => 0,
      retries: { perSecond: 1, burst: 2 },
      backoff: { baseMs: 1, maxMs: 1 },
    });
    expect(['a', 'b', 'c', 'd'].map((key) => queue.retry(key))).toEqual([1, 1, 1000, 2000]);
  });
});

it('lets everybody go when it is closed', async () => {
  const queue = setup();
  const waiting = queue.next();
  queue.addAfter('a', 10);
  queue.close();
  await vi.advanceTimersByTimeAsync(20);
  queue.add('b');
  expect([await waiting, await queue.next(), queue.depth]).toEqual([undefined, undefined, 0]);
});
