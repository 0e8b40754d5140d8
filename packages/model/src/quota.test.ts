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
    expect(decision).toMatchObject({ maxBytes, by });
  });

  it('lets one version over the soft limit, and once the extra space is used no other', () => {
    const own = { maxOneVersionBytes: 100, maxCollectionBytes: 550, maxBackupsCount: 5 };
    expect(decideQuota({ limits: own, stayingBytes: [] }).maxBytes).toBe(150);
    expect(decideQuota({ limits: own, stayingBytes: [150] })).toEqual({
      maxBytes: 100,
      by: 'one-version',
      limit: 'soft',
      limitBytes: 100,
      usedBytes: 150,
      freeExtraBytes: 0,
    });
    expect(decideQuota({ limits: own, stayingBytes: [120] })).toMatchObject({
      by: 'extra-space',
      limit: 'soft',
      freeExtraBytes: 30,
    });
  });

  it('says how full a collection is whose hard limit counts', () => {
    expect(decideQuota({ limits, stayingBytes: [900, 50] })).toMatchObject({
      maxBytes: 50,
      by: 'collection',
      limit: 'hard',
      limitBytes: 1000,
      usedBytes: 950,
    });
  });

  it('has no extra space where the counts already need everything', () => {
    const tight = { maxOneVersionBytes: 100, maxCollectionBytes: 500, maxBackupsCount: 5 };
    expect(extraSpace(tight)).toBe(0);
    expect(decideQuota({ limits: tight, stayingBytes: [] })).toMatchObject({
      maxBytes: 100,
      by: 'one-version',
    });
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
