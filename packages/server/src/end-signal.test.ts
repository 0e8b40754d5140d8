import { describe, expect, it } from 'vitest';
import { startedDespite } from './end-signal.ts';

const never = new Promise<never>(() => {});
const asked = Promise.resolve('SIGTERM');

describe('startedDespite', () => {
  it('waits for the start, whether it is asked to end or not', async () => {
    for (const signal of [never, asked]) {
      const starting = new Promise((resolve) => setImmediate(resolve, 'started'));
      expect(await startedDespite(signal, starting, 5000)).toBe('started');
    }
  });

  it('gives up a start that does not come to an end', async () => {
    await expect(startedDespite(asked, never, 1)).rejects.toThrow('asked to end before it had started');
  });

  it('passes on why the start failed', async () => {
    await expect(startedDespite(asked, Promise.reject(new Error('no database')), 5000)).rejects.toThrow(
      'no database',
    );
  });
});
