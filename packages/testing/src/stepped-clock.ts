/** A clock that is as many milliseconds ahead as it is told; its timers go on as they were, as those of a machine do. */
export function steppedClock() {
  let aheadMs = 0;
  return {
    step: (ms: number) => {
      aheadMs += ms;
    },
    now: () => Date.now() + aheadMs,
    elapsed: () => performance.now(),
    // Whoever looks at the clock every few seconds looks more often, so that a step is noticed in a test's time.
    after: (delayMs: number, action: () => void) => {
      const timer = setTimeout(action, Math.min(delayMs, 200));
      return () => clearTimeout(timer);
    },
  };
}
