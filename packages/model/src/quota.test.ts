import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideQuota, extraSpace } from './quota.ts';

const limits = { maxOneVersionBytes: 100, maxCollectionBytes: 1000, maxBackupsCount: 5 };

describe('decideQuota', () => {
  it.each([
    ['an empty collection: the soft limit and all extra space', [], 600, 'extra-space'],
    ['versions within the soft limit use no extra space', [100, 100, 100, 100], 600, 'extra-space'],
    ['one that exceeds it does', [300], 400, 'extra-space'],
    ['all extra space used', [600], 100, 'one-version'],
    ['more than all extra space used', [850], 100, 'one-version'],
    ['no more than the collection holds', [100, 100, 100, 100, 100, 100, 100, 100, 150], 50, 'collection'],
    ['a full collection', [1000], 0, 'collection'],
    ['a collection over its limit, which was lowered', [1000, 1000], 0, 'collection'],
  ] as const)('%s', (_, stayingBytes, maxBytes, by) => {
    const decision = decideQuota({ limits, stayingBytes });
    expect(decision).toEqual({ maxBytes, by });
  });

  it('has no extra space where the counts already need everything', () => {
    const tight = { maxOneVersionBytes: 100, maxCollectionBytes: 500, maxBackupsCount: 5 };
    expect(extraSpace(tight)).toBe(0);
    expect(decideQuota({ limits: tight, stayingBytes: [] })).toEqual({ maxBytes: 100, by: 'one-version' });
    expect(extraSpace({ ...tight, maxCollectionBytes: 300 })).toBe(0);
  });

  it('never lets the sum pass the hard limit, whatever was uploaded before', () => {
    const bytes = fc.integer({ min: 0, max: 2000 });
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 10 }), bytes, bytes, (sizes, one, whole) => {
        const own = { maxOneVersionBytes: one, maxCollectionBytes: whole, maxBackupsCount: 3 };
        const staying: number[] = [];
        for (const size of sizes) {
          const { maxBytes } = decideQuota({ limits: own, stayingBytes: staying });
          staying.push(Math.min(size, maxBytes));
        }
        expect(staying.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(whole);
      }),
    );
  });
});
