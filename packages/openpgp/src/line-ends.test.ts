import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nativeLineEnds } from './line-ends.ts';

async function converted(text: string, pieceBytes: number): Promise<string> {
  async function* pieces() {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      yield bytes.subarray(at, at + pieceBytes);
    }
  }
  const found: Buffer[] = [];
  for await (const piece of nativeLineEnds(pieces())) {
    found.push(piece);
  }
  return Buffer.concat(found).toString();
}

it('ends lines as this system does, wherever the pieces are cut', async () => {
  const text = fc.array(fc.constantFrom('\r', '\n', '\r\n', 'a', 'bc')).map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 5 }), async (given, pieceBytes) => {
      expect(await converted(given, pieceBytes)).toBe(given.replaceAll('\r\n', '\n'));
    }),
  );
});
