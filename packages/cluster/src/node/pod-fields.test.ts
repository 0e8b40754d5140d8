import { expect, test } from 'vitest';
import { expand } from './pod-fields.ts';

test.each([
  ['$(A)', 'one'],
  ['x$(A)y$(B)', 'xoney2'],
  ['$$(A)', '$(A)'],
  ['$$$(A)', '$one'],
  ['$(UNKNOWN)', '$(UNKNOWN)'],
  ['$(constructor)', '$(constructor)'],
  ['$A ${A} $(A', '$A ${A} $(A'],
])('%s becomes %s', (text, result) => {
  expect(expand(text, { A: 'one', B: '2' })).toBe(result);
});
