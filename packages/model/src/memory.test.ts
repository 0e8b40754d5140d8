import { expect, it } from 'vitest';
import { freeMemory } from './memory.ts';

it('gives the whole memory of a buffer back', () => {
  const bytes = new Uint8Array(1000);
  freeMemory(bytes);
  expect(bytes.length).toBe(0);
});

it('leaves memory that is shared with other buffers', () => {
  const all = new Uint8Array([1, 2, 3, 4]);
  freeMemory(all.subarray(1, 3));
  expect([...all]).toEqual([1, 2, 3, 4]);
  freeMemory(new Uint8Array(new SharedArrayBuffer(4)));
});
