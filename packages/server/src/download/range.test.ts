import { describe, expect, it } from 'vitest';
import { readRange } from './range.ts';

describe('readRange of 10 bytes', () => {
  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=0-', 0, 10],
    ['bytes=3-5', 3, 3],
    ['bytes=9-', 9, 1],
    ['bytes=5-9999999999999999999999', 5, 5],
    ['bytes=-3', 7, 3],
    ['bytes=-100', 0, 10],
  ])('%s is a part', (header, offsetBytes, lengthBytes) => {
    expect(readRange(header, 10)).toEqual({ kind: 'part', slice: { offsetBytes, lengthBytes } });
  });

  it.each(['bytes=10-', 'bytes=10-20', 'bytes=-0', 'bytes=99999999999999999999-'])(
    '%s cannot be satisfied',
    (header) => {
      expect(readRange(header, 10)).toEqual({ kind: 'unsatisfiable' });
    },
  );

  it.each([
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=5-4',
    'bytes=a-b',
    'bytes=1-2,4-5',
    `bytes=${Array.from({ length: 10_000 }, (_, i) => `${i}-${i}`).join()}`,
    'bytes=--1',
    'items=0-1',
    'bytes=0x1-2',
  ])('%.30s is answered with the whole', (header) => {
    expect(readRange(header, 10)).toEqual({ kind: 'whole' });
  });

  it('has no range of nothing', () => {
    expect(readRange('bytes=0-', 0)).toEqual({ kind: 'unsatisfiable' });
    expect(readRange('bytes=-1', 0)).toEqual({ kind: 'unsatisfiable' });
  });
});
