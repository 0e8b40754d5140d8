import { Failure } from './failure.ts';

const units = ['', 'K', 'M', 'G', 'T'] as const;
const pattern = /^([0-9]+(?:\.[0-9]+)?)(?:B|([KMGT])(?:I?B)?)$/i;

/**
 * Bytes of a size such as `512M`, `10MB`, `10MiB` or `1.5G`: units are powers of 1024, in either case, with and without
 * a `B`. A fraction of a byte is left out.
 * @throws Failure `invalid-input` when the text is no size, or more than 2^53 − 1 bytes.
 */
export function parseSize(text: string): number {
  const [, amount = '', unit = ''] = pattern.exec(text) ?? [];
  const power = (units as readonly string[]).indexOf(unit.toUpperCase());
  const bytes = amount === '' ? Number.NaN : Math.floor(Number(amount) * 1024 ** power);
  if (!Number.isSafeInteger(bytes)) {
    throw new Failure(
      'invalid-input',
      `"${text}" is not a size: write a number and a unit, such as 512M (B, K, M, G or T)`,
    );
  }
  return bytes;
}

/** A size for people: `1.5 GiB`. Not to be parsed again. */
export function formatBytes(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
  const power = bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), names.length - 1);
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${names[power]}`;
}
