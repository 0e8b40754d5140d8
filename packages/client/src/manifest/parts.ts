const firstPartBytes = 8 * 1024 * 1024;

/**
 * A manifest of at most 1 MiB has room for 24,000 digests of SHA-256, so parts must get larger. Most of the room is for
 * those that a restore can hold easily, 8 to 128 MiB (up to 992 GiB). From there parts grow so fast that versions of
 * 16 TiB fit, whose restores hold 16 GiB.
 */
const easySizes = 5;
const partsOfEasySize = 4096;
const partsOfLargeSize = 512;

/** Size of part number `index` (from 0); only the last part of a stream is shorter. */
export function partBytes(index: number): number {
  const easyParts = easySizes * partsOfEasySize;
  const doublings =
    index < easyParts
      ? Math.floor(index / partsOfEasySize)
      : easySizes + Math.floor((index - easyParts) / partsOfLargeSize);
  return firstPartBytes * 2 ** doublings;
}

/** How many parts a stream of `bytes` has. */
export function partsOf(bytes: number): number {
  let parts = 0;
  for (let left = bytes; left > 0; left -= partBytes(parts - 1)) {
    parts += 1;
  }
  return parts;
}
