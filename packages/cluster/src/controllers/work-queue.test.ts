import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../logger.ts';
import { WorkQueue } from './work-queue.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A turn of the event loop takes a millisecond of the false clock. */
const tens = (ms: number): number => Math.floor(ms / 10) * 10;

function queueOf(reconcile: (key: string) => void): WorkQueue {
  return new WorkQueue({ name: 'test', clock: systemClock, log: silentLogger, reconcile });
}

test('a key that is added many times is reconciled once, keys in the order in which they came', async () => {
  const seen: string[] = [];
  const queue = queueOf((key) => seen.push(key));
  for (const key of ['b', 'a', 'b', 'b']) {
    queue.add(key);
  }
  await vi.runAllTimersAsync();
  expect(seen).toEqual(['b', 'a']);
});

test('a key that fails comes again, later each time, until it succeeds', async () => {
  const times: number[] = [];
  const began = Date.now();
  const queue = queueOf(() => {
    times.push(Date.now() - began);
    if (times.length < 4) {
      throw new Error('not yet');
    }
  });
  queue.add('a');
  await vi.runAllTimersAsync();
  expect(times.map(tens)).toEqual([0, 100, 300, 700]);
});

test('of several delays the soonest counts, and reconciling voids the others', async () => {
  const times: number[] = [];
  const began = Date.now();
  const queue = queueOf(() => times.push(Date.now() - began));
  queue.addAfter('a', 500);
  queue.addAfter('a', 200);
  queue.addAfter('a', 900);
  await vi.advanceTimersByTimeAsync(250);
  queue.addAfter('a', 100);
  queue.add('a');
  await vi.runAllTimersAsync();
  expect(times.map(tens)).toEqual([200, 250]);
});

test('a closed queue does no more', async () => {
  const seen: string[] = [];
  const queue = queueOf((key) => seen.push(key));
  queue.add('a');
  queue.addAfter('b', 10);
  queue.close();
  await vi.runAllTimersAsync();
  expect(seen).toEqual([]);
});
