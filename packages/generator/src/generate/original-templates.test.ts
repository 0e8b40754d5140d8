import { expect, it } from 'vitest';
import { isUneditedOriginal } from './original-templates.ts';

it.each([
  ['a text that was not published', 'backup', 'text', undefined, false],
  ['the text that lies beside it', 'backup', 'text', 'text', true],
  ['another one than lies beside it', 'restore', 'text', 'other', false],
] as const)('%s', (_what, operation, text, base, expected) => {
  expect(isUneditedOriginal(operation, text, base)).toBe(expected);
});
