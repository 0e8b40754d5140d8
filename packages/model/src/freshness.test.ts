import { describe, expect, it } from 'vitest';
import { decideFreshness, type FreshnessRequest } from './freshness.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const nowMs = Date.parse('2026-03-10T09:00:00Z');
const ages = (...msAgo: readonly number[]) => msAgo.map((ms) => nowMs - ms);
const daily = ages(dayMs, 2 * dayMs, 3 * dayMs, 4 * dayMs);

const stateOf = (change: Partial<FreshnessRequest>) =>
  decideFreshness({ expectedEveryMs: undefined, hasWindows: false, createdAtMs: daily, nowMs, ...change })
    .state;

describe('a collection is', () => {
  it.each([
    ['fresh within what is expected', { expectedEveryMs: dayMs }, 'fresh'],
    [
      'fresh when a backup took a little longer',
      { expectedEveryMs: dayMs, nowMs: nowMs + 6 * hourMs },
      'fresh',
    ],
    ['stale when one is missing', { expectedEveryMs: dayMs, nowMs: nowMs + 7 * hourMs }, 'stale'],
    [
      'stale by what is expected, whatever its windows',
      { expectedEveryMs: hourMs, hasWindows: true },
      'stale',
    ],
    ['never used without a version', { createdAtMs: [] }, 'never-used'],
    ['never used, whatever is expected', { createdAtMs: [], expectedEveryMs: dayMs }, 'never-used'],
    ['left to its windows', { hasWindows: true, nowMs: nowMs + 99 * dayMs }, 'unknown'],
    [
      'of unknown pace with three versions',
      { createdAtMs: daily.slice(1), nowMs: nowMs + 99 * dayMs },
      'unknown',
    ],
    ['fresh at its pace', { nowMs: nowMs + dayMs }, 'fresh'],
    ['stale after three times its pace', { nowMs: nowMs + 2 * dayMs + 1 }, 'stale'],
    [
      'judged by its newest versions, since rotation thins out the others',
      { createdAtMs: [...daily, ...ages(30 * dayMs, 60 * dayMs, 90 * dayMs)], nowMs: nowMs + 3 * dayMs },
      'stale',
    ],
    [
      'not hurried after tries within minutes',
      { createdAtMs: ages(60_000, 120_000, 180_000, 240_000), nowMs: nowMs + 0.9 * hourMs },
      'fresh',
    ],
    [
      'as fresh as its schedule has it, whatever was uploaded by hand between',
      { createdAtMs: ages(dayMs, dayMs + 60_000, dayMs + 120_000, 2 * dayMs) },
      'fresh',
    ],
    ['fresh where the clock was set back', { expectedEveryMs: dayMs, nowMs: nowMs - 30 * dayMs }, 'fresh'],
  ] as const)('%s', (_, change, expected) => {
    expect(stateOf(change)).toBe(expected);
  });

  it('described with its age and what is expected', () => {
    const request = {
      expectedEveryMs: undefined,
      hasWindows: false,
      createdAtMs: daily,
      nowMs: nowMs + 5 * dayMs,
    };
    expect(decideFreshness(request).message).toBe(
      'the latest version is 6d old; usually one is made every 1d',
    );
    expect(decideFreshness({ ...request, expectedEveryMs: 2 * dayMs }).message).toBe(
      'the latest version is 6d old; one is expected every 2d',
    );
  });
});
