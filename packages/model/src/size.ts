import { Failure } from './failure.ts';

/** 1024-based units of a size, smallest first, as `maxOneVersionSize` and its kin write them. */
const factors = { B: 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 } as const;

export const sizePattern = '^[0-9]+(B|K|M|G|T)$';

/**
 * Bytes of a size such as `512M`.
 * @throws Failure `invalid-input` when the text is no size, or more than 2^53 − 1 bytes.
 */
export function parseSize(text: string): number {
  const match = new RegExp(sizePattern).exec(text);
  const bytes = match
    ? Number(text.slice(0, -1)) * factors[text.slice(-1) as keyof typeof factors]
    : Number.NaN;
  if (!Number.isSafeInteger(bytes)) {
    throw new Failure(
      'invalid-input',
      `"${text}" is not a size: write a whole number and a unit, such as 512M (B, K, M, G or T)`,
    );
  }
  return bytes;
}

/** A size for people: `1.5 GiB`. Not to be parsed again. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
  const power = bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}
