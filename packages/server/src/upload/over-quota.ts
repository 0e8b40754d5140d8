import { uploadMessages } from '@backup-maker/api';
import { Failure, formatBytes, type QuotaDecision } from '@backup-maker/model';

/**
 * The refusal of an upload that is larger than its collection has room for.
 * @param requestedBytes what it has, or has sent so far
 */
export function overQuota(requestedBytes: number, quota: QuotaDecision): Failure {
  const { maxBytes, by, limit, limitBytes, usedBytes } = quota;
  const known = uploadMessages.overQuota(requestedBytes, maxBytes);
  return new Failure('quota-exceeded', `${known}. ${reasonOf(requestedBytes, quota)}`, {
    details: { uploadedBytes: requestedBytes, maxBytes, by, limit, limitBytes, usedBytes },
  });
}

/** Which limit, used, allowed, requested, and what to do. */
function reasonOf(requestedBytes: number, quota: QuotaDecision): string {
  const { by, limitBytes, usedBytes, freeExtraBytes } = quota;
  const allowed = sizeOf(limitBytes);
  const requested = sizeOf(requestedBytes);
  switch (by) {
    case 'collection':
      return usedBytes === 0
        ? `The version is larger than all of the collection may be (hard limit maxCollectionSize): ${allowed} allowed, ` +
            `at least ${requested} requested. Raise spec.maxCollectionSize`
        : `The collection is full (hard limit maxCollectionSize): ${allowed} allowed, ${sizeOf(usedBytes)} used by the ` +
            `versions that stay, at least ${requested} requested. Delete versions, or raise spec.maxCollectionSize`;
    case 'one-version':
      return (
        `The version is too large (soft limit maxOneVersionSize): ${allowed} allowed, at least ${requested} requested, and the ` +
        'collection has no extra space left for versions over that limit, which is what maxCollectionSize has beyond ' +
        `maxBackupsCount times maxOneVersionSize. ${largeVersions}`
      );
    case 'extra-space':
      return (
        `The version is too large (soft limit maxOneVersionSize): ${allowed} allowed, besides ${sizeOf(freeExtraBytes)} ` +
        `of extra space that the collection has left, at least ${requested} requested. ${largeVersions}`
      );
    default:
      return by satisfies never;
  }
}

const largeVersions =
  'Raise spec.maxOneVersionSize or spec.maxCollectionSize, or delete versions over the soft limit';

/** Exact where the rounded sizes of two that differ would look alike. */
function sizeOf(bytes: number): string {
  return bytes < 1024 ? formatBytes(bytes) : `${formatBytes(bytes)} (${bytes} bytes)`;
}
