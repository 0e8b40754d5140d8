/** Writers of Protocol Buffers fields (https://protobuf.dev/programming-guides/encoding). Empty values are left out. */
export function textField(number: number, text: string | undefined): Buffer {
  return text === undefined || text === '' ? empty : messageField(number, Buffer.from(text, 'utf8'));
}

/** A message within a message; present even if it is empty. */
export function messageField(number: number, ...parts: readonly Buffer[]): Buffer {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([varint(number * 8 + 2), varint(size), ...parts]);
}

const empty = Buffer.alloc(0);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}
