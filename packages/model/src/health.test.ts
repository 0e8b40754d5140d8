import { describe, expect, it } from 'vitest';
import { parseCron } from './cron.ts';
import { type CollectionCheck, checkCollection, type HealthRequest } from './health.ts';

const night = { schedule: parseCron('0 2 * * *'), durationMs: 30 * 60_000 };
const version = {
  versionNumber: 1,
  createdAtMs: Date.parse('2026-03-10T02:10:00Z'),
  sizeBytes: 100,
  integrity: 'verified',
} as const;
const healthy: HealthRequest = {
  windows: [night],
  expectedEveryMs: undefined,
  maxOneVersionBytes: 100,
  maxCollectionBytes: 300,
  versions: [version],
  now: new Date('2026-03-10T09:00:00Z'),
};

function failing(change: Partial<HealthRequest>): readonly CollectionCheck[] {
  return checkCollection({ ...healthy, ...change })
    .filter((result) => !result.passed)
    .map((result) => result.name);
}

describe('checkCollection', () => {
  it.each([
    ['everything well', {}, []],
    ['no version, and no window open', { versions: [] }, ['BackupWindowValidator', 'FreshnessValidator']],
    [
      'no version, but a window is open',
      { versions: [], now: new Date('2026-03-10T02:05:00Z') },
      ['FreshnessValidator'],
    ],
    ['no version, and no windows', { versions: [], windows: [] }, ['FreshnessValidator']],
    ['fewer versions than expected', { expectedEveryMs: 3_600_000 }, ['FreshnessValidator']],
    [
      'the last backup is of the day before',
      { now: new Date('2026-03-11T09:00:00Z') },
      ['BackupWindowValidator'],
    ],
    ['a version above the soft limit', { maxOneVersionBytes: 99 }, ['VersionsSizeValidator']],
    ['a sum above the hard limit', { maxCollectionBytes: 99 }, ['SumOfVersionsValidator']],
    ['a damaged version', { versions: [{ ...version, integrity: 'damaged' }] }, ['IntegrityValidator']],
    ['a version that was not read again yet', { versions: [{ ...version, integrity: 'unchecked' }] }, []],
  ] as const)('%s', (_, change, expected) => {
    expect(failing(change)).toEqual(expected);
  });

  it('goes by the newest version, in whatever order they come', () => {
    const older = { ...version, createdAtMs: Date.parse('2026-03-01T02:10:00Z') };
    const newer = { ...version, versionNumber: 2 };
    expect(failing({ versions: [older, newer] })).toEqual([]);
    expect(failing({ versions: [newer, older] })).toEqual([]);
  });

  it('names the versions in question and what is wrong with them', () => {
    const damaged = { ...version, versionNumber: 7, integrity: 'damaged' } as const;
    const results = checkCollection({ ...healthy, maxOneVersionBytes: 50, versions: [damaged] });
    expect(results.map((result) => result.message)).toEqual([
      'the latest version was made in the previous backup window',
      'the backup windows say when a version is expected',
      'over the soft limit of 50 B: v7 (100 B)',
      '100 B of 300 B used',
      'stored bytes differ from the recorded digest: v7. Make a new backup and check the storage',
    ]);
  });
});
