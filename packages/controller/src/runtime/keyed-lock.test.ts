import { expect, it } from 'vitest';
import { createKeyedLock } from './keyed-lock.ts';

it('runs one action at a time for a key, in order, and other keys meanwhile', async () => {
  const lock = createKeyedLock();
  const events: string[] = [];
  const first = Promise.withResolvers<void>();
  const action = (name: string, until?: Promise<void>) => async () => {
    events.push(`${name} begins`);
    await until;
    events.push(`${name} ends`);
  };
  const all = [
    lock.run('a', action('a1', first.promise)),
    lock.run('a', action('a2')),
    lock.run('b', action('b1')),
  ];
  await all[2];
  expect(events).toEqual(['a1 begins', 'b1 begins', 'b1 ends']);
  first.resolve();
  await Promise.all(all);
  expect(events.slice(3)).toEqual(['a1 ends', 'a2 begins', 'a2 ends']);
});

it('gives a failure to who asked, and goes on with the next', async () => {
  const lock = createKeyedLock();
  const failing = lock.run('a', async () => {
    throw new Error('no');
  });
  const next = lock.run('a', async () => 'yes');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('yes');
});
