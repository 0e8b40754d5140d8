import type { Slice } from './version-bytes.ts';

export type RangeAnswer =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly slice: Slice }
  | { readonly kind: 'unsatisfiable' };

/**
 * Read a `Range` header (RFC 9110, 14.2). One range is served; several, or what is malformed, are answered with
 * the whole, as the RFC allows: nobody can make the server assemble thousands of pieces.
 */
export function readRange(header: string | undefined, sizeBytes: number): RangeAnswer {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match) {
    return { kind: 'whole' };
  }
  const [, first = '', last = ''] = match;
  if (first === '') {
    return last === '' ? { kind: 'whole' } : suffix(Number(last), sizeBytes);
  }
  const start = Number(first);
  const end = last === '' ? Number.POSITIVE_INFINITY : Number(last);
  if (end < start) {
    return { kind: 'whole' };
  }
  if (start >= sizeBytes) {
    return { kind: 'unsatisfiable' };
  }
  return {
    kind: 'part',
    slice: { offsetBytes: start, lengthBytes: Math.min(end, sizeBytes - 1) - start + 1 },
  };
}

function suffix(lengthBytes: number, sizeBytes: number): RangeAnswer {
  if (lengthBytes === 0 || sizeBytes === 0) {
    return { kind: 'unsatisfiable' };
  }
  const length = Math.min(lengthBytes, sizeBytes);
  return { kind: 'part', slice: { offsetBytes: sizeBytes - length, lengthBytes: length } };
}
