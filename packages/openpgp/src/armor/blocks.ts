import { Failure } from '@backup-maker/model';

export interface KeyBlock {
  readonly kind: 'PUBLIC' | 'PRIVATE';
  readonly text: string;
}

const marker = /^-----(BEGIN|END) PGP (PUBLIC|PRIVATE) KEY BLOCK-----\s*$/gm;

/**
 * The armored key blocks of a text (RFC 9580 section 6.2): `cat a.asc b.asc` is how people keep several keys in a
 * file. Whatever stands between blocks is skipped.
 * @throws Failure `encryption` where a block is cut off
 */
export function armoredKeyBlocks(text: string): readonly KeyBlock[] {
  const markers = [...text.matchAll(marker)];
  return markers.flatMap((begin, index) => {
    const [, side, kind] = begin;
    if (side === 'END') {
      return [];
    }
    const end = markers[index + 1];
    if (end?.[1] !== 'END' || end[2] !== kind) {
      throw new Failure('encryption', 'a key in it is cut off: the last line of its armor is missing');
    }
    return [{ kind: kind as KeyBlock['kind'], text: text.slice(begin.index, end.index + end[0].length) }];
  });
}
