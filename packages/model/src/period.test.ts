import { describe, expect, it } from 'vitest';
import { periodNamer } from './period.ts';

describe('periodNamer', () => {
  it.each([
    ['daily', 'UTC', '2026-03-10T23:30:00Z', '2026-3-10'],
    ['daily', 'Europe/Warsaw', '2026-03-10T23:30:00Z', '2026-3-11'],
    ['monthly', 'UTC', '2026-03-31T23:59:59Z', '2026-3'],
    ['yearly', 'Asia/Tokyo', '2025-12-31T15:00:00Z', '2026'],
    // ISO 8601: the first of January may belong to the last week of the year before
    ['weekly', 'UTC', '2027-01-01T00:00:00Z', '2026-W53'],
    ['weekly', 'UTC', '2025-12-29T00:00:00Z', '2026-W1'],
    ['weekly', 'UTC', '2026-03-08T23:59:59Z', '2026-W10'],
    ['weekly', 'UTC', '2026-03-09T00:00:00Z', '2026-W11'],
  ] as const)('%s in %s at %s: %s', (period, zone, at, expected) => {
    expect(periodNamer(zone)(period, Date.parse(at))).toBe(expected);
  });

  it('tells apart the hour that the clock repeats in autumn', () => {
    const nameOf = periodNamer('Europe/Warsaw');
    const first = nameOf('hourly', Date.parse('2026-10-25T00:30:00Z'));
    expect(nameOf('hourly', Date.parse('2026-10-25T01:30:00Z'))).not.toBe(first);
    expect(nameOf('hourly', Date.parse('2026-10-25T00:59:59Z'))).toBe(first);
  });
});
