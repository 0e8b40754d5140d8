import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from './failure.ts';
import { formatBytes, parseSize } from './size.ts';

describe('parseSize', () => {
  it.each([
    ['0B', 0],
    ['1B', 1],
    ['10K', 10_240],
    ['512M', 536_870_912],
    ['2G', 2_147_483_648],
    ['1T', 1_099_511_627_776],
    ['1.5G', 1_610_612_736],
    ['10MB', 10_485_760],
    ['10MiB', 10_485_760],
    ['1g', 1_073_741_824],
    ['1.3B', 1],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['', 'M', '10', '-1M', '.5G', '1.G', '1 G', '1BB', 'max 1G', '1G\n', '99999999999999999T', '٣M'])(
    'refuses %j',
    (text) => {
      expect(() => parseSize(text)).toThrow(Failure);
    },
  );

  it('is linear in its number', () => {
    fc.assert(fc.property(fc.nat(1_000_000), (n) => parseSize(`${n}K`) === n * parseSize('1K')));
  });
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1536, '1.5 KiB'],
    [1024 ** 3, '1.0 GiB'],
    [1024 ** 5, '1024.0 TiB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
