import { expect, it } from 'vitest';
import { lines } from './lines.ts';

async function* chunks(...texts: readonly string[]) {
  for (const text of texts) {
    yield Buffer.from(text);
  }
}

async function all(stream: AsyncIterable<string>): Promise<string[]> {
  const items: string[] = [];
  for await (const item of stream) {
    items.push(item);
  }
  return items;
}

it.each([
  [['a\nb\n'], ['a', 'b']],
  [
    ['a', 'b\nc', '\n'],
    ['ab', 'c'],
  ],
  [['\n\na\n\n'], ['a']],
  [['{"type":"ADDED"'], []],
])('%j gives the whole lines %j', async (input, expected) => {
  expect(await all(lines(chunks(...input), 100))).toEqual(expected);
});

it('keeps a character that two chunks share', async () => {
  const bytes = Buffer.from('ž\n');
  async function* split() {
    yield bytes.subarray(0, 1);
    yield bytes.subarray(1);
  }
  expect(await all(lines(split(), 100))).toEqual(['ž']);
});

it('refuses a line without an end', async () => {
  await expect(all(lines(chunks('aaaa', 'aaaa'), 7))).rejects.toThrow('longer than 7 bytes');
});
