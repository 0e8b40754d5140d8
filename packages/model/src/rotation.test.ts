import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capacity, planRotation, type RotatableVersion, type RotationStrategy } from './rotation.ts';

const dayMs = 86_400_000;
const nowMs = Date.parse('2026-06-15T12:00:00Z');
const nothing = { hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 };

/** Versions by their age in days, the newest with the highest number. */
function versionsOfAges(...ages: readonly number[]): readonly RotatableVersion[] {
  return ages.map((age, index) => ({ versionNumber: ages.length - index, createdAtMs: nowMs - age * dayMs }));
}

function keptAges(strategy: RotationStrategy, ages: readonly number[], lockDays?: number): readonly number[] {
  const plan = planRotation({
    strategy,
    versions: versionsOfAges(...ages),
    nowMs,
    retentionLockMs: lockDays === undefined ? undefined : lockDays * dayMs,
  });
  return plan.keep.map(({ version }) => (nowMs - version.createdAtMs) / dayMs);
}

describe('fifo', () => {
  const strategy: RotationStrategy = { name: 'fifo', maxBackupsCount: 3 };

  it.each([
    ['fewer than the count', [0, 1], [0, 1]],
    ['exactly the count', [0, 1, 2], [0, 1, 2]],
    ['one more', [0, 1, 2, 3], [0, 1, 2]],
    ['many more, after the count was lowered', [0, 1, 2, 3, 4, 5], [0, 1, 2]],
  ])('%s', (_, ages, expected) => {
    expect(keptAges(strategy, ages)).toEqual(expected);
  });

  it('goes by version numbers, not by a clock that jumped', () => {
    const versions = [
      { versionNumber: 1, createdAtMs: nowMs + 2 * dayMs },
      { versionNumber: 2, createdAtMs: nowMs },
      { versionNumber: 3, createdAtMs: nowMs - dayMs },
      { versionNumber: 4, createdAtMs: nowMs },
    ];
    const plan = planRotation({ strategy, versions, nowMs, retentionLockMs: undefined });
    expect(plan.remove.map((version) => version.versionNumber)).toEqual([1]);
  });
});

describe('fifo-plus-older', () => {
  const strategyOf = (maxOlderCopies: number): RotationStrategy => ({
    name: 'fifo-plus-older',
    maxBackupsCount: 2,
    maxOlderCopies,
    olderAgeMs: 5 * dayMs,
  });

  it.each([
    ['no copy asked for', 0, [0, 1, 2, 6], [0, 1]],
    ['one: the oldest within the age', 1, [0, 1, 2, 4, 6], [0, 1, 4]],
    ['one: the newest past the age when none is within', 1, [0, 1, 6, 9], [0, 1, 6]],
    ['two: one on each side of the age', 2, [0, 1, 2, 4, 6, 9], [0, 1, 4, 6]],
    ['three: and the next oldest', 3, [0, 1, 2, 3, 4, 6, 9], [0, 1, 3, 4, 6]],
    ['exactly the age is within', 1, [0, 1, 5], [0, 1, 5]],
  ])('%s', (_, maxOlderCopies, ages, expected) => {
    expect(keptAges(strategyOf(maxOlderCopies), ages)).toEqual(expected);
  });

  it('always has a copy between the age and twice the age, with a backup a day', () => {
    let versions: readonly RotatableVersion[] = [];
    for (let day = 0; day < 60; day += 1) {
      const today = day * dayMs;
      versions = [...versions, { versionNumber: day + 1, createdAtMs: today }];
      const plan = planRotation({
        strategy: strategyOf(2),
        versions,
        nowMs: today,
        retentionLockMs: undefined,
      });
      versions = plan.keep.map(({ version }) => version);
      if (day > 12) {
        const oldestDays = day - Math.min(...versions.map((version) => version.createdAtMs)) / dayMs;
        expect(oldestDays).toBeGreaterThanOrEqual(4);
        expect(oldestDays).toBeLessThanOrEqual(11);
      }
    }
  });
});

describe('gfs', () => {
  const gfs = (keep: Partial<typeof nothing>, keepLast = 0): RotationStrategy => ({
    name: 'gfs',
    maxBackupsCount: 1,
    keepLast,
    keep: { ...nothing, ...keep },
    timeZone: 'UTC',
  });

  it.each([
    ['the newest of each day', gfs({ daily: 3 }), [0, 0.25, 1, 1.25, 2, 3], [0, 1, 2]],
    ['days without a version do not count', gfs({ daily: 3 }), [0, 10, 20, 30], [0, 10, 20]],
    ['weeks from Monday', gfs({ weekly: 2 }), [0, 1, 2, 7, 8], [0, 1]],
    ['months and years', gfs({ monthly: 2, yearly: 2 }), [0, 14, 15, 200, 400], [0, 15, 200]],
    ['the last ones whatever the period', gfs({ daily: 1 }, 3), [0, 0.1, 0.2, 0.3], [0, 0.1, 0.2]],
    ['the newest even where nothing is to be kept', gfs({}), [0, 1], [0]],
  ])('%s', (_, strategy, ages, expected) => {
    expect(keptAges(strategy, ages)).toEqual(expected);
  });

  it('says why each version stays', () => {
    const plan = planRotation({
      strategy: gfs({ daily: 2, weekly: 1 }, 1),
      versions: versionsOfAges(0, 1),
      nowMs,
      retentionLockMs: undefined,
    });
    expect(plan.keep.map(({ reasons }) => reasons)).toEqual([['newest', 'daily', 'weekly'], ['daily']]);
  });
});

describe('retention lock', () => {
  const strategy: RotationStrategy = { name: 'fifo', maxBackupsCount: 2 };

  it('keeps what is younger and says so', () => {
    expect(keptAges(strategy, [0, 1, 2, 3, 4], 3)).toEqual([0, 1, 2]);
  });

  it.each([
    ['room for all', [0, 4, 5], 3, 0],
    ['a locked version over the count', [0, 1, 2], 3, 1],
    ['a version made in the future, by a clock that jumped', [0, -1, -2], 3, 1],
  ])('collides with the count: %s', (_, ages, lockDays, expected) => {
    const plan = planRotation({
      strategy,
      versions: versionsOfAges(...ages),
      nowMs,
      retentionLockMs: lockDays * dayMs,
    });
    expect(plan.lockedOverCapacity).toHaveLength(expected);
  });
});

describe('every strategy', () => {
  const count = fc.integer({ min: 0, max: 5 });
  const strategies = fc.oneof(
    fc.record({ name: fc.constant('fifo' as const), maxBackupsCount: fc.integer({ min: 1, max: 5 }) }),
    fc.record({
      name: fc.constant('fifo-plus-older' as const),
      maxBackupsCount: fc.integer({ min: 1, max: 5 }),
      maxOlderCopies: count,
      olderAgeMs: fc.integer({ min: 0, max: 30 }).map((days) => days * dayMs),
    }),
    fc.record({
      name: fc.constant('gfs' as const),
      maxBackupsCount: fc.integer({ min: 1, max: 5 }),
      keepLast: count,
      keep: fc.record({ hourly: count, daily: count, weekly: count, monthly: count, yearly: count }),
      timeZone: fc.constantFrom('UTC', 'Europe/Warsaw', 'Pacific/Chatham'),
    }),
  );
  const ages = fc.array(fc.double({ min: 0, max: 900, noNaN: true }), { maxLength: 30 });
  const locks = fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined });

  it('keeps or removes each version once, the newest and the locked always, and no more than it may', () => {
    fc.assert(
      fc.property(strategies, ages, locks, (strategy, unsorted, lockDays) => {
        const versions = versionsOfAges(...unsorted.toSorted((a, b) => a - b));
        const retentionLockMs = lockDays === undefined ? undefined : lockDays * dayMs;
        const plan = planRotation({ strategy, versions, nowMs, retentionLockMs });
        const kept = plan.keep.map(({ version }) => version);
        expect([...kept, ...plan.remove].map((v) => v.versionNumber).toSorted((a, b) => a - b)).toEqual(
          versions.map((v) => v.versionNumber).toSorted((a, b) => a - b),
        );
        expect(kept[0]?.versionNumber ?? 0).toBe(versions.length);
        expect(plan.remove.every((v) => nowMs - v.createdAtMs >= (retentionLockMs ?? 0))).toBe(true);
        if (retentionLockMs === undefined) {
          expect(kept.length).toBeLessThanOrEqual(capacity(strategy));
        }
      }),
    );
  });

  it('gives up nothing more when asked again', () => {
    fc.assert(
      fc.property(strategies, ages, (strategy, unsorted) => {
        const versions = versionsOfAges(...unsorted.toSorted((a, b) => a - b));
        const first = planRotation({ strategy, versions, nowMs, retentionLockMs: undefined });
        const kept = first.keep.map(({ version }) => version);
        const second = planRotation({ strategy, versions: kept, nowMs, retentionLockMs: undefined });
        expect(second.remove).toEqual([]);
      }),
    );
  });
});
