import { isFailure } from '@backup-maker/model';
import { describe, expect, it } from 'vitest';
import { createGate } from './gate.ts';

describe('createGate', () => {
  it('runs a bounded number at once, lets a bounded number wait, and turns the rest away', async () => {
    const gate = createGate({ maxRunning: 2, maxWaiting: 100 });
    let running = 0;
    let most = 0;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 1000 }, () =>
        gate.run(async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
        }),
      ),
    );
    expect(most).toBe(2);
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(refused).toHaveLength(1000 - 102);
    expect(refused.every((reason) => isFailure(reason, 'rate-limited'))).toBe(true);
  });

  it('frees its place when a task fails', async () => {
    const gate = createGate({ maxRunning: 1, maxWaiting: 0 });
    await expect(gate.run(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await gate.run(async () => 'next')).toBe('next');
  });

  it('runs those that wait in order', async () => {
    const gate = createGate({ maxRunning: 1, maxWaiting: 10 });
    const order: number[] = [];
    await Promise.all([1, 2, 3, 4].map((number) => gate.run(async () => order.push(number))));
    expect(order).toEqual([1, 2, 3, 4]);
  });
});
