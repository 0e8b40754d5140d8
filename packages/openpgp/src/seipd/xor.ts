/**
 * Set `target` to `target` XOR `other`. Both begin at a multiple of four bytes in their memory and are equally long, a
 * multiple of four too. Four words a turn, which V8 makes twice as fast as one.
 */
export function xor(target: Buffer, other: Buffer): void {
  const words = wordsOf(target);
  const others = wordsOf(other);
  const { length } = words;
  let index = 0;
  for (; index + 4 <= length; index += 4) {
    words[index] = (words[index] as number) ^ (others[index] as number);
    words[index + 1] = (words[index + 1] as number) ^ (others[index + 1] as number);
    words[index + 2] = (words[index + 2] as number) ^ (others[index + 2] as number);
    words[index + 3] = (words[index + 3] as number) ^ (others[index + 3] as number);
  }
  for (; index < length; index += 1) {
    words[index] = (words[index] as number) ^ (others[index] as number);
  }
}

function wordsOf({ buffer, byteOffset, length }: Buffer): Int32Array {
  return new Int32Array(buffer, byteOffset, length / Int32Array.BYTES_PER_ELEMENT);
}
