/**
 * Set `target` to `target` XOR `other`. Both begin at a multiple of eight bytes in their memory and are equally long, a
 * multiple of eight too, as the blocks of every cipher are. V8 makes machine words of such BigInts, and four a turn a
 * third faster than one; words of 32 bits, which are no BigInts, take twice as long.
 */
export function xor(target: Buffer, other: Buffer): void {
  const words = wordsOf(target);
  const others = wordsOf(other);
  const { length } = words;
  let index = 0;
  for (; index + 4 <= length; index += 4) {
    words[index] = (words[index] as bigint) ^ (others[index] as bigint);
    words[index + 1] = (words[index + 1] as bigint) ^ (others[index + 1] as bigint);
    words[index + 2] = (words[index + 2] as bigint) ^ (others[index + 2] as bigint);
    words[index + 3] = (words[index + 3] as bigint) ^ (others[index + 3] as bigint);
  }
  for (; index < length; index += 1) {
    words[index] = (words[index] as bigint) ^ (others[index] as bigint);
  }
}

function wordsOf({ buffer, byteOffset, length }: Buffer): BigUint64Array {
  return new BigUint64Array(buffer, byteOffset, length / BigUint64Array.BYTES_PER_ELEMENT);
}
