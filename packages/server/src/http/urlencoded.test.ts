import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../storage/storage.ts';
import { readUrlencodedFile } from './urlencoded.ts';

async function* chunksOf(text: string, size: number): ByteSource {
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
  }
}

async function read(text: string, size: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readUrlencodedFile(chunksOf(text, size))) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('latin1');
}

describe.each([1, 2, 3, 1000])('readUrlencodedFile, in chunks of %d', (size) => {
  it.each([
    ['decodes the field', 'file=a%2Bb+c%25%0A', 'a+b c%\n'],
    ['any byte', 'file=%00%ff%80', '\x00\xff\x80'],
    ['ends at the next field', 'file=abc&name=x%zz', 'abc'],
    ['an empty field', 'file=', ''],
    [
      'takes anything else as it is',
      '-----BEGIN PGP MESSAGE-----\n+%zz&',
      '-----BEGIN PGP MESSAGE-----\n+%zz&',
    ],
    ['also what is shorter than the name', 'fil', 'fil'],
    ['nothing', '', ''],
  ])('%s', async (_, text, expected) => {
    expect(await read(text, size)).toBe(expected);
  });

  it.each(['file=%', 'file=%4', 'file=%zz'])('refuses %s', async (text) => {
    await expect(read(text, size)).rejects.toThrow('malformed');
  });
});
