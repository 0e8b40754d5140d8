import type { Clock } from '@backup-maker/kube';

const intervalMs = 10_000;
/** A process that is late by less than this is only busy. */
const toleranceMs = 30_000;

/** Calls back when the clock was set, or the machine slept: timers know nothing of either. Returns how to stop. */
export function watchClock(clock: Clock, onStep: () => void): () => void {
  let cancel = wait();
  function wait(): () => void {
    const expected = clock.now() + intervalMs;
    return clock.after(intervalMs, () => {
      if (Math.abs(clock.now() - expected) > toleranceMs) {
        onStep();
      }
      cancel = wait();
    });
  }
  return () => cancel();
}
