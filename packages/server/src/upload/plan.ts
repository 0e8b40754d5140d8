import { messages } from '@backup-maker/api';
import {
  type Actor,
  decideAccess,
  decideQuota,
  decideWindow,
  Failure,
  planRotation,
  type QuotaDecision,
  type RotationPlan,
} from '@backup-maker/model';
import type { StoredVersion } from '../database/versions.ts';
import type { Collection } from '../documents/collection.ts';

/**
 * May this actor upload to this collection now?
 * @throws Failure `forbidden` or `window-closed`
 */
export function insistOnUpload(actor: Actor, collection: Collection, now: Date): void {
  if (!decideAccess({ actor, collection, action: 'upload' }).allowed) {
    throw new Failure('forbidden', messages.mayNotUpload);
  }
  const window = decideWindow(collection.windows, now);
  if (!window.open && !decideAccess({ actor, collection, action: 'upload-anytime' }).allowed) {
    throw new Failure('window-closed', messages.windowClosed, {
      ...(window.nextStart ? { details: { nextStart: window.nextStart.toISOString() } } : {}),
    });
  }
}

/** The version that an upload would become, as far as rotation and quota look at it. */
export interface IncomingVersion {
  readonly versionNumber: number;
  readonly createdAtMs: number;
  readonly sizeBytes: number;
}

export interface UploadPlan {
  /** What the collection has room for. */
  readonly quota: QuotaDecision;
  /** The versions that are given up when this one is recorded. */
  readonly remove: readonly StoredVersion[];
}

/**
 * What adding a version would do to a collection.
 * @throws Failure `retention-locked` when the strategy has no room and what it would give up is locked
 */
export function planUpload(
  collection: Collection,
  versions: readonly StoredVersion[],
  incoming: IncomingVersion,
): UploadPlan {
  const plan = planRotation<StoredVersion | IncomingVersion>({
    strategy: collection.strategy,
    versions: [...versions, incoming],
    nowMs: incoming.createdAtMs,
    retentionLockMs: collection.retentionLockMs,
  });
  insistOnRoom(collection, plan);
  const removed = new Set(plan.remove.map((version) => version.versionNumber));
  const staying = versions.filter((version) => !removed.has(version.versionNumber));
  const quota = decideQuota({
    limits: collection.limits,
    stayingBytes: staying.map((version) => version.sizeBytes),
  });
  return {
    quota,
    remove: versions.filter((version) => removed.has(version.versionNumber)),
  };
}

function insistOnRoom(collection: Collection, plan: RotationPlan<IncomingVersion | StoredVersion>): void {
  const locked = plan.lockedOverCapacity.map((version) => `v${version.versionNumber}`);
  if (locked.length > 0) {
    throw new Failure(
      'retention-locked',
      `the collection holds as many versions as it may, and its retention lock does not let go of ${locked.join(', ')} yet. ` +
        'Wait until the lock has passed, make fewer backups, or raise maxBackupsCount',
      { details: { collection: collection.name, locked } },
    );
  }
}
