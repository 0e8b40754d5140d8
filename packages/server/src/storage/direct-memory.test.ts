import { describe, expect, it } from 'vitest';
import { DirectMemory, pieceBytes } from './direct-memory.ts';

describe('memory for direct I/O', () => {
  it('lends pairs of pieces that share nothing', () => {
    const memory = new DirectMemory(2);
    const pieces = [memory.take(), memory.take()].flatMap((pair) => pair?.pieces ?? []);
    for (const [index, piece] of pieces.entries()) {
      piece.fill(index + 1);
    }
    expect(pieces.map((piece) => piece.length)).toEqual(Array(4).fill(pieceBytes));
    expect(pieces.every((piece, index) => piece.every((byte) => byte === index + 1))).toBe(true);
  });

  it('has no more than it was told, and lends again what came back', () => {
    const memory = new DirectMemory(1);
    const pair = memory.take();
    expect(memory.take()).toBeUndefined();
    pair?.[Symbol.dispose]();
    expect(memory.take()?.pieces).toBe(pair?.pieces);
  });

  it('does not lend a pair to two because it came back twice', () => {
    const memory = new DirectMemory(1);
    const pair = memory.take();
    pair?.[Symbol.dispose]();
    pair?.[Symbol.dispose]();
    memory.take();
    expect(memory.take()).toBeUndefined();
  });
});
