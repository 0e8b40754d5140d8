export interface TokenBucketOptions {
  readonly perSecond: number;
  readonly burst: number;
}

/** Says how long the next one must wait, so that no more than `perSecond` pass on average, `burst` at once. */
export interface TokenBucket {
  /** Takes a place in the row; the wait in milliseconds, 0 when it may go at once. */
  take(nowMs: number): number;
}

export function createTokenBucket({ perSecond, burst }: TokenBucketOptions): TokenBucket {
  let tokens = burst;
  let filledAt = Number.NEGATIVE_INFINITY;
  return {
    take: (nowMs) => {
      // A clock that was set back must not fill the bucket, nor keep it empty for as long.
      const elapsedMs = Math.max(0, nowMs - filledAt);
      tokens = Math.min(burst, tokens + (elapsedMs / 1000) * perSecond) - 1;
      filledAt = nowMs;
      return tokens >= 0 ? 0 : (-tokens / perSecond) * 1000;
    },
  };
}
