import { describe, expect, it } from 'vitest';
import { Failure, isFailure } from './failure.ts';

describe('Failure.from', () => {
  it('keeps a Failure with its code and message', () => {
    const original = new Failure('quota-exceeded', 'the collection is full');
    expect(Failure.from(original, 'internal', 'unexpected')).toBe(original);
  });

  it('wraps anything else and keeps it as the cause', () => {
    const original = new TypeError('x is undefined');
    const failure = Failure.from(original, 'internal', 'cannot store the version');
    expect(failure).toMatchObject({ code: 'internal', message: 'cannot store the version', cause: original });
  });
});

describe('isFailure', () => {
  it.each([
    [new Failure('busy', 'b'), 'busy', true],
    [new Failure('busy', 'b'), 'conflict', false],
    [new Failure('busy', 'b'), undefined, true],
    [new Error('b'), undefined, false],
    [undefined, undefined, false],
  ] as const)('%s as %s: %s', (error, code, expected) => {
    expect(isFailure(error, code)).toBe(expected);
  });
});
