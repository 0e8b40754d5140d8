const firstLookMs = 60_000;
/** Between two runs of the rarest schedule, on February 29, are eight years at most. */
const maxLookMs = 9 * 366 * 86_400_000;

/** The last run before `beforeMs`, found by looking forward from earlier and earlier times. */
export function previousRun(
  next: (afterMs: number) => number | undefined,
  beforeMs: number,
): number | undefined {
  const isBefore = (runMs: number | undefined): runMs is number => runMs !== undefined && runMs < beforeMs;
  for (let lookMs = firstLookMs; lookMs < 4 * maxLookMs; lookMs *= 4) {
    const run = next(beforeMs - Math.min(lookMs, maxLookMs));
    if (isBefore(run)) {
      return latest(next, isBefore, run, beforeMs);
    }
  }
  return undefined;
}

/** The latest run of those after `knownMs` that are before `untilMs`: halves the time in which it can be. */
function latest(
  next: (afterMs: number) => number | undefined,
  isBefore: (runMs: number | undefined) => runMs is number,
  knownMs: number,
  untilMs: number,
): number {
  let [known, until] = [knownMs, untilMs];
  for (;;) {
    const following = next(known);
    if (!isBefore(following)) {
      return known;
    }
    const middle = Math.floor((following + until) / 2);
    const later = next(middle);
    [known, until] = isBefore(later) ? [later, until] : [following, middle];
  }
}
