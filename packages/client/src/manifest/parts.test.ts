import { expect, it } from 'vitest';
import { partBytes, partsOf } from './parts.ts';

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;

it.each([
  [0, 8],
  [4095, 8],
  [4096, 16],
  [8192, 32],
  [20479, 128],
  [20480, 256],
  [20992, 512],
])('part %i has %i MiB', (index, mebibytes) => {
  expect(partBytes(index)).toBe(mebibytes * mebibyte);
});

it.each([
  [0, 0],
  [1, 1],
  [8 * mebibyte, 1],
  [8 * mebibyte + 1, 2],
  [32 * gibibyte, 4096],
  [32 * gibibyte + 17 * mebibyte, 4098],
  [992 * gibibyte, 20480],
])('a stream of %i bytes has %i parts', (bytes, parts) => {
  expect(partsOf(bytes)).toBe(parts);
});

it('leaves 16 KiB of the 1 MiB of a manifest to its signatures, up to 16 TiB', () => {
  const base64Bytes = Math.ceil((partsOf(16 * 1024 * gibibyte) * 32) / 3) * 4;
  expect(base64Bytes).toBeLessThan(mebibyte - 16 * 1024);
});
