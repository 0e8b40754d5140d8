import { describe, expect, it } from 'vitest';
import { armoredKeyBlocks } from './blocks.ts';

const block = (kind: string, body: string) =>
  `-----BEGIN PGP ${kind} KEY BLOCK-----\n\n${body}\n-----END PGP ${kind} KEY BLOCK-----`;

describe('armoredKeyBlocks', () => {
  it('finds every block, whatever stands between them', () => {
    const [first, second] = [block('PUBLIC', 'a'), block('PRIVATE', 'b')];
    expect(armoredKeyBlocks(`# team\n${first}\n\nthe other one:\n${second}\n`)).toMatchObject([
      { kind: 'PUBLIC', text: expect.stringContaining(first) },
      { kind: 'PRIVATE', text: expect.stringContaining(second) },
    ]);
  });

  it('takes the line ends of Windows', () => {
    const text = block('PUBLIC', 'a').replaceAll('\n', '\r\n');
    expect(armoredKeyBlocks(`${text}\r\n${text}\r\n`)).toHaveLength(2);
  });

  it('finds none in other text', () => {
    expect(armoredKeyBlocks('-----BEGIN PGP MESSAGE-----\n\n-----END PGP MESSAGE-----\n')).toEqual([]);
  });

  it.each([
    ['at the end', `${block('PUBLIC', 'a')}\n${block('PUBLIC', 'b').slice(0, -10)}`],
    ['before another one', `${block('PUBLIC', 'a').slice(0, -10)}\n${block('PUBLIC', 'b')}`],
    ['that ends as another kind', block('PUBLIC', 'a').replace('END PGP PUBLIC', 'END PGP PRIVATE')],
  ])('refuses a block that is cut off %s', (_where, text) => {
    expect(() => armoredKeyBlocks(text)).toThrow('is cut off');
  });
});
