import { describe, expect, it } from 'vitest';
import { parseVersionSelector } from './selector.ts';

describe('parseVersionSelector', () => {
  it.each([
    ['1', { by: 'number', number: 1 }],
    ['v12', { by: 'number', number: 12 }],
    ['latest', { by: 'latest' }],
    ['123e4567-e89b-12d3-a456-426614174000', { by: 'id', id: '123e4567-e89b-12d3-a456-426614174000' }],
  ])('%s', (text, expected) => {
    expect(parseVersionSelector(text)).toEqual(expected);
  });

  it.each(['0', '-1', '01', 'v', 'V1', '1e3', '1.5', '9'.repeat(16), 'LATEST', '..', '__proto__', ''])(
    '%j names none',
    (text) => {
      expect(parseVersionSelector(text)).toBeUndefined();
    },
  );
});
