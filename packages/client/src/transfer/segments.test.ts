import { expect, it } from 'vitest';
import { segmentsOf } from './segments.ts';

async function* stream(...pieces: string[]): AsyncGenerator<Uint8Array, void, undefined> {
  yield* pieces.map((piece) => Buffer.from(piece));
}

it.each([
  [[], []],
  [['ab'], ['ab']],
  [['abcd'], ['abcd']],
  [['abcde'], ['abcd', 'e']],
  [
    ['a', 'bc', '', 'defghij'],
    ['abcd', 'efgh', 'ij'],
  ],
])('%j becomes segments %j', async (pieces, expected) => {
  const segments: string[] = [];
  let offset = 0;
  for await (const segment of segmentsOf(stream(...pieces), 4)) {
    expect(segment.offset).toBe(offset);
    offset += segment.bytes.length;
    segments.push(segment.bytes.toString());
  }
  expect(segments).toEqual(expected);
});

it('leaves a segment as it is until the one after the next is asked for', async () => {
  const segments = segmentsOf(stream('abcdefghijkl'), 4);
  const first = await segments.next();
  const second = await segments.next();
  expect([first, second].map(({ value }) => value?.bytes.toString())).toEqual(['abcd', 'efgh']);
});
