const firstPartBytes = 8 * 1024 * 1024;
/** So many parts of one size, then as many of twice the size: the manifest of 1 TiB has 12,000 digests, half a MiB. */
const partsOfOneSize = 2048;

/** Size of part number `index` (from 0); only the last part of a stream is shorter. */
export function partBytes(index: number): number {
  return firstPartBytes * 2 ** Math.floor(index / partsOfOneSize);
}

/** How many parts a stream of `bytes` has. */
export function partsOf(bytes: number): number {
  let parts = 0;
  for (let left = bytes; left > 0; left -= partBytes(parts - 1)) {
    parts += 1;
  }
  return parts;
}
