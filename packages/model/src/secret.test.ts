import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { Secret } from './secret.ts';

const secret = new Secret('hunter2');

it.each([
  ['as text', () => `${secret}`],
  ['as JSON', () => JSON.stringify({ secret })],
  ['inspected', () => inspect({ secret }, { depth: 9, showHidden: true })],
  ['in an error message', () => new Error(`login failed with ${secret}`).message],
])('stays hidden %s', (_how, print) => {
  expect(print()).not.toContain('hunter2');
  expect(print()).toContain('***');
});

it('is given only when revealed', () => {
  expect(secret.reveal()).toBe('hunter2');
});
