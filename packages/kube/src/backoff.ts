export interface Backoff {
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait before attempt number `failures` + 1: doubles with every failure up to the maximum, minus up
 * to half of it at random, so that many who failed together don't come back together.
 */
export function backoffMs(failures: number, { baseMs, maxMs }: Backoff, random: () => number): number {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(Math.max(0, failures - 1), 30));
  return full * (1 - random() / 2);
}
