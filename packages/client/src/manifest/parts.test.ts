import { expect, it } from 'vitest';
import { partBytes, partsOf } from './parts.ts';

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;

it.each([
  [0, 8],
  [2047, 8],
  [2048, 16],
  [4095, 16],
  [4096, 32],
])('part %i has %i MiB', (index, mebibytes) => {
  expect(partBytes(index)).toBe(mebibytes * mebibyte);
});

it.each([
  [0, 0],
  [1, 1],
  [8 * mebibyte, 1],
  [8 * mebibyte + 1, 2],
  [16 * gibibyte, 2048],
  [16 * gibibyte + 17 * mebibyte, 2050],
])('a stream of %i bytes has %i parts', (bytes, parts) => {
  expect(partsOf(bytes)).toBe(parts);
});

it('keeps the manifest of 32 TiB under 1 MiB', () => {
  const base64Bytes = Math.ceil((partsOf(32 * 1024 * gibibyte) * 32) / 3) * 4;
  expect(base64Bytes).toBeLessThan(1024 * 1024);
});
