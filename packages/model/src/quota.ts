/** The limits of a collection, in bytes. */
export interface QuotaLimits {
  /** Soft: one version may exceed it as long as there is extra space. */
  readonly maxOneVersionBytes: number;
  /** Hard. */
  readonly maxCollectionBytes: number;
  readonly maxBackupsCount: number;
}

export interface QuotaRequest {
  readonly limits: QuotaLimits;
  /** Sizes of the versions that stay when the next one is added: what rotates out then does not count. */
  readonly stayingBytes: readonly number[];
}

export interface QuotaDecision {
  /** The largest size that the next version may have. */
  readonly maxBytes: number;
  /**
   * Which limit that comes from: the soft one of a version, where no extra space is left or with all that is left,
   * or the hard one of the collection.
   */
  readonly by: 'one-version' | 'extra-space' | 'collection';
  readonly limit: 'soft' | 'hard';
  /** What that limit allows: to one version, or to all together. */
  readonly limitBytes: number;
  /** By the versions that stay. */
  readonly usedBytes: number;
  /** How much more than the soft limit a version may have. */
  readonly freeExtraBytes: number;
}

/** `maxCollectionSize` beyond what `maxBackupsCount` versions of the soft limit need; 0 when there is none. */
export function extraSpace(limits: QuotaLimits): number {
  return Math.max(0, limits.maxCollectionBytes - limits.maxBackupsCount * limits.maxOneVersionBytes);
}

/** How large may the next version be? */
export function decideQuota({ limits, stayingBytes }: QuotaRequest): QuotaDecision {
  const over = (bytes: number) => Math.max(0, bytes - limits.maxOneVersionBytes);
  const usedExtra = stayingBytes.reduce((sum, bytes) => sum + over(bytes), 0);
  const freeExtra = Math.max(0, extraSpace(limits) - usedExtra);
  const bySoftLimit = limits.maxOneVersionBytes + freeExtra;
  const usedBytes = sum(stayingBytes);
  const byCollection = Math.max(0, limits.maxCollectionBytes - usedBytes);
  if (byCollection < bySoftLimit) {
    return {
      maxBytes: byCollection,
      by: 'collection',
      limit: 'hard',
      limitBytes: limits.maxCollectionBytes,
      usedBytes,
      freeExtraBytes: freeExtra,
    };
  }
  return {
    maxBytes: bySoftLimit,
    by: freeExtra > 0 ? 'extra-space' : 'one-version',
    limit: 'soft',
    limitBytes: limits.maxOneVersionBytes,
    usedBytes,
    freeExtraBytes: freeExtra,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
