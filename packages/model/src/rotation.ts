import { type CalendarPeriod, calendarPeriods, type PeriodNamer, periodNamer } from './period.ts';

/** A stored version, as far as rotation looks at it. */
export interface RotatableVersion {
  readonly versionNumber: number;
  readonly createdAtMs: number;
}

export interface FifoStrategy {
  readonly name: 'fifo';
  readonly maxBackupsCount: number;
}

export interface FifoPlusOlderStrategy {
  readonly name: 'fifo-plus-older';
  readonly maxBackupsCount: number;
  readonly maxOlderCopies: number;
  /** `keepLastOlderNotMoreThan` in milliseconds. */
  readonly olderAgeMs: number;
}

export interface GfsStrategy {
  readonly name: 'gfs';
  readonly maxBackupsCount: number;
  readonly keepLast: number;
  /** How many of the latest hours, days, … that have a version keep their newest one. */
  readonly keep: Readonly<Record<CalendarPeriod, number>>;
  /** The IANA name of the zone in which days, weeks, … begin. */
  readonly timeZone: string;
}

export type RotationStrategy = FifoStrategy | FifoPlusOlderStrategy | GfsStrategy;

/** Why a version stays. */
export type KeepReason = 'newest' | 'older-copy' | CalendarPeriod | 'retention-lock';

export interface KeptVersion<V extends RotatableVersion> {
  readonly version: V;
  readonly reasons: readonly KeepReason[];
}

export interface RotationPlan<V extends RotatableVersion> {
  /** Newest first. */
  readonly keep: readonly KeptVersion<V>[];
  /** What the strategy gives up and no lock protects, newest first. */
  readonly remove: readonly V[];
  /**
   * Versions that only the lock keeps although the strategy has no room for them; not empty means that another
   * version must not be added.
   */
  readonly lockedOverCapacity: readonly V[];
}

export interface RotationRequest<V extends RotatableVersion> {
  readonly strategy: RotationStrategy;
  /** All versions that are there, in any order, with the one that is being added. */
  readonly versions: readonly V[];
  readonly nowMs: number;
  /** Nothing younger than this is given up; undefined for no lock. */
  readonly retentionLockMs: number | undefined;
}

/** Which versions stay, which go, and why. */
export function planRotation<V extends RotatableVersion>(request: RotationRequest<V>): RotationPlan<V> {
  const { strategy, nowMs, retentionLockMs } = request;
  const newestFirst = request.versions.toSorted((a, b) => b.versionNumber - a.versionNumber);
  const reasonsOf = reasonsByStrategy(strategy, newestFirst, nowMs);
  const keep: KeptVersion<V>[] = [];
  const remove: V[] = [];
  const onlyLocked: V[] = [];
  for (const version of newestFirst) {
    const reasons = reasonsOf.get(version.versionNumber) ?? [];
    const locked = retentionLockMs !== undefined && nowMs - version.createdAtMs < retentionLockMs;
    if (reasons.length === 0 && !locked) {
      remove.push(version);
      continue;
    }
    keep.push({ version, reasons: locked ? [...reasons, 'retention-lock'] : reasons });
    if (reasons.length === 0) {
      onlyLocked.push(version);
    }
  }
  return { keep, remove, lockedOverCapacity: keep.length > capacity(strategy) ? onlyLocked : [] };
}

/** How many versions a strategy holds at most. */
export function capacity(strategy: RotationStrategy): number {
  switch (strategy.name) {
    case 'fifo':
      return strategy.maxBackupsCount;
    case 'fifo-plus-older':
      return strategy.maxBackupsCount + strategy.maxOlderCopies;
    case 'gfs': {
      const policy = Object.values(strategy.keep).reduce((sum, count) => sum + count, strategy.keepLast);
      return Math.max(strategy.maxBackupsCount, policy);
    }
    default:
      return strategy satisfies never;
  }
}

type Reasons = Map<number, KeepReason[]>;

function reasonsByStrategy(
  strategy: RotationStrategy,
  newestFirst: readonly RotatableVersion[],
  nowMs: number,
): Reasons {
  const reasons: Reasons = new Map();
  switch (strategy.name) {
    case 'fifo':
      keepNewest(reasons, newestFirst, strategy.maxBackupsCount);
      return reasons;
    case 'fifo-plus-older':
      keepNewest(reasons, newestFirst, strategy.maxBackupsCount);
      keepOlderCopies(reasons, newestFirst.slice(strategy.maxBackupsCount), strategy, nowMs);
      return reasons;
    case 'gfs': {
      // The version that was just made is never given up, whatever the counts say.
      keepNewest(reasons, newestFirst, Math.max(strategy.keepLast, 1));
      const nameOf = periodNamer(strategy.timeZone);
      for (const period of calendarPeriods) {
        keepNewestOfPeriods(reasons, newestFirst, { period, count: strategy.keep[period], nameOf });
      }
      return reasons;
    }
    default:
      return strategy satisfies never;
  }
}

function addReason(reasons: Reasons, version: RotatableVersion, reason: KeepReason): void {
  const known = reasons.get(version.versionNumber);
  if (known) {
    known.push(reason);
  } else {
    reasons.set(version.versionNumber, [reason]);
  }
}

function keepNewest(reasons: Reasons, newestFirst: readonly RotatableVersion[], count: number): void {
  for (const version of newestFirst.slice(0, count)) {
    addReason(reasons, version, 'newest');
  }
}

/**
 * Copies older than the newest ones: first the oldest that are still within the age, so that there is always
 * one growing towards it; then the newest of those that have passed it, which stays until the next one has.
 */
function keepOlderCopies(
  reasons: Reasons,
  rest: readonly RotatableVersion[],
  strategy: FifoPlusOlderStrategy,
  nowMs: number,
): void {
  const isPast = (version: RotatableVersion) => nowMs - version.createdAtMs > strategy.olderAgeMs;
  const growing = rest.filter((version) => !isPast(version)).toReversed();
  const passed = rest.filter(isPast);
  const chosen = [...growing.slice(0, 1), ...passed.slice(0, 1), ...growing.slice(1)];
  for (const version of chosen.slice(0, strategy.maxOlderCopies)) {
    addReason(reasons, version, 'older-copy');
  }
}

interface PeriodRule {
  readonly period: CalendarPeriod;
  readonly count: number;
  readonly nameOf: PeriodNamer;
}

function keepNewestOfPeriods(
  reasons: Reasons,
  newestFirst: readonly RotatableVersion[],
  { period, count, nameOf }: PeriodRule,
): void {
  const seen = new Set<string>();
  for (const version of newestFirst) {
    if (seen.size >= count) {
      return;
    }
    const name = nameOf(period, version.createdAtMs);
    if (!seen.has(name)) {
      seen.add(name);
      addReason(reasons, version, period);
    }
  }
}
