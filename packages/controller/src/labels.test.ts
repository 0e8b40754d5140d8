import { expect, it } from 'vitest';
import { shortName, stableId } from './labels.ts';

it('gives the same id for the same parts, and tells parts apart by their borders', () => {
  expect(stableId('a', 'b')).toBe(stableId('a', 'b'));
  expect(stableId('a', 'b')).not.toBe(stableId('ab'));
  expect(stableId('a')).toMatch(/^[0-9a-f]{16}$/);
});

it('leaves short names as they are', () => {
  expect(shortName('restore-monday', '12345678')).toBe('restore-monday-12345678');
});

it('cuts long names so that they fit into a label, end well, and stay different', () => {
  const names = ['a', 'b'].map((end) => shortName(`${'long.'.repeat(20)}${end}`, '12345678'));
  expect(new Set(names).size).toBe(2);
  for (const name of names) {
    expect(name.length).toBeLessThanOrEqual(63);
    expect(name).toMatch(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
    expect(name).not.toContain('.-');
  }
});
