import type { ByteRange } from './storage.ts';

/** The `Range` header (RFC 9110, 14.2) of a range that is not empty; undefined for the whole. */
export function rangeHeader(range: ByteRange | undefined): string | undefined {
  if (range === undefined || (range.offsetBytes === 0 && range.lengthBytes === undefined)) {
    return undefined;
  }
  const last = range.lengthBytes === undefined ? '' : range.offsetBytes + range.lengthBytes - 1;
  return `bytes=${range.offsetBytes}-${last}`;
}
