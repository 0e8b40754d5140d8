import { describe, expect, it } from 'vitest';
import { parseCommit } from './commit.ts';

describe('parseCommit', () => {
  it.each([
    ['feat(server): a thing', { type: 'feat', scope: 'server', subject: 'a thing', breaking: false }],
    ['fix: a thing\n\nWhy it was wrong.', { type: 'fix', scope: undefined, breaking: false }],
    ['feat(api)!: another shape', { breaking: true }],
    ['refactor(api): x\n\nWhy.\n\nBREAKING CHANGE: y', { breaking: true }],
  ])('reads %j', (message, expected) => {
    expect(parseCommit('abc', message)).toMatchObject(expected);
  });

  it.each([
    ['update things', 'is not "type(scope): subject"'],
    ['feature(server): x', 'is not "type(scope): subject"'],
    ['feat(server):x', 'is not "type(scope): subject"'],
    ['feat: ', 'is not "type(scope): subject"'],
    [`feat: ${'x'.repeat(120)}`, 'longer than'],
    ['feat: x\nand more', 'empty line'],
  ])('says what is wrong with %j', (message, expected) => {
    expect(parseCommit('abc', message)).toContain(expected);
  });
});
