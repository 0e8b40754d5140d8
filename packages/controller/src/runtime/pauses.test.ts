import type { Clock } from '@backup-maker/kube';
import { Failure } from '@backup-maker/model';
import { expect, it } from 'vitest';
import { createPauses } from './pauses.ts';

function setUp() {
  let now = 0;
  const clock: Clock = { now: () => now, after: () => () => {} };
  const pauses = createPauses(clock, () => 0);
  const asked: string[] = [];
  const attempt = (digest: string, details = {}) =>
    pauses.attempt('key', digest, async () => {
      asked.push(digest);
      throw new Failure('forbidden', `no to ${digest}`, { details });
    });
  const pass = (ms: number) => {
    now += ms;
  };
  return { pauses, attempt, asked, pass };
}

it('says the same again without asking until the pause has ended, which is longer each time', async () => {
  const { pauses, attempt, asked, pass } = setUp();
  for (const waitMs of [30_000, 60_000, 120_000]) {
    await expect(attempt('a')).rejects.toThrow('no to a');
    expect(pauses.remainingMs('key')).toBe(waitMs);
    pass(waitMs - 1);
    await expect(attempt('a')).rejects.toThrow('no to a');
    pass(1);
  }
  expect(asked).toEqual(['a', 'a', 'a']);
});

it('asks something else at once', async () => {
  const { attempt, asked } = setUp();
  await expect(attempt('a')).rejects.toThrow('no to a');
  await expect(attempt('b')).rejects.toThrow('no to b');
  expect(asked).toEqual(['a', 'b']);
});

it('waits as long as the other side asks for', async () => {
  const { pauses, attempt } = setUp();
  await expect(attempt('a', { retryAfterSeconds: 3600 })).rejects.toThrow();
  expect(pauses.remainingMs('key')).toBe(3_600_000);
});

it('begins anew after a success', async () => {
  const { pauses, attempt, asked } = setUp();
  await expect(attempt('a')).rejects.toThrow();
  pauses.forget('key');
  expect(pauses.remainingMs('key')).toBeUndefined();
  await expect(attempt('a')).rejects.toThrow();
  expect(asked).toHaveLength(2);
});

it('leaves failures that say nothing about the object to others', async () => {
  const { pauses } = setUp();
  const action = () => Promise.reject(new TypeError('a mistake of ours'));
  await expect(pauses.attempt('key', 'a', action)).rejects.toThrow(TypeError);
  expect(pauses.remainingMs('key')).toBeUndefined();
});
