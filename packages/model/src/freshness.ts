import { formatDuration } from './duration.ts';

export interface FreshnessRequest {
  /** How often a version is to be made (ms); undefined where nobody said so. */
  readonly expectedEveryMs: number | undefined;
  /** Windows say by themselves when a version has to be there. */
  readonly hasWindows: boolean;
  /** When the versions were made (epoch ms), in any order. */
  readonly createdAtMs: readonly number[];
  readonly nowMs: number;
}

export interface Freshness {
  readonly state: 'fresh' | 'stale' | 'never-used' | 'unknown';
  /** What was found, for people. */
  readonly message: string;
}

/** A backup does not take equally long each time, and begins late on a busy night. */
const tolerance = 1.25;
/** Without a word of anybody, that many times the usual distance is too long. */
const paceFactor = 3;
/** Distances are taken from the newest versions alone: rotation thins out the older ones. */
const paceGaps = 3;
const minPaceMs = 3_600_000;

/**
 * Whether the newest version is as young as it should be: by what is expected, or else by the distances of the
 * versions before.
 */
export function decideFreshness(request: FreshnessRequest): Freshness {
  const { expectedEveryMs, hasWindows, nowMs } = request;
  const times = request.createdAtMs.toSorted((a, b) => b - a);
  const [latest] = times;
  if (latest === undefined) {
    return { state: 'never-used', message: 'never used: no version was uploaded yet' };
  }
  const ageMs = Math.max(0, nowMs - latest);
  if (expectedEveryMs !== undefined) {
    const expected = `one is expected every ${formatDuration(expectedEveryMs)}`;
    return judged(ageMs, expectedEveryMs * tolerance, expected);
  }
  if (hasWindows) {
    return { state: 'unknown', message: 'the backup windows say when a version is expected' };
  }
  const gaps = times.slice(0, paceGaps).flatMap((time, index) => {
    const before = times[index + 1];
    return before === undefined ? [] : [time - before];
  });
  if (gaps.length < paceGaps) {
    return { state: 'unknown', message: 'too few versions to tell how often one is made: set expectedEvery' };
  }
  // The longest: uploads by hand, between those of a schedule, must not make it look late.
  const usualMs = Math.max(...gaps);
  const expected = `usually one is made every ${formatDuration(usualMs)}`;
  return judged(ageMs, Math.max(minPaceMs, usualMs * paceFactor), expected);
}

function judged(ageMs: number, limitMs: number, expected: string): Freshness {
  const message = `the latest version is ${formatDuration(ageMs)} old; ${expected}`;
  return { state: ageMs > limitMs ? 'stale' : 'fresh', message };
}
