import { randomUUID } from 'node:crypto';
import { messages } from '@backup-maker/api';
import { Failure } from '@backup-maker/model';
import type { Database } from '../database/database.ts';
import { type LeaseClaim, releaseLease, renewLease, takeLease } from '../database/leases.ts';

/** The right to write to a collection, renewed in the background until it is disposed of. */
export interface CollectionLease extends AsyncDisposable {
  readonly claim: LeaseClaim;
  /** Aborted when the lease was lost to somebody else, or could not be renewed before it expired. */
  readonly signal: AbortSignal;
}

export interface CollectionLeaseOptions {
  readonly database: Database;
  readonly collection: string;
  readonly durationMs: number;
  /** The same for all requests of one resumable upload; a new one otherwise. */
  readonly holder?: string;
  /** Keep the lease until it expires by itself: a resumable upload that is interrupted comes back. */
  readonly keep?: () => boolean;
}

/** @throws Failure `busy` when somebody else writes to the collection */
export async function leaseCollection(options: CollectionLeaseOptions): Promise<CollectionLease> {
  const { database, durationMs } = options;
  const claim = { name: leaseName(options.collection), holder: options.holder ?? randomUUID(), durationMs };
  if (!(await takeLease(database, claim))) {
    throw new Failure('busy', messages.parallelUpload);
  }
  const lost = new AbortController();
  const renewing = startRenewing(database, claim, lost);
  return {
    claim,
    signal: lost.signal,
    async [Symbol.asyncDispose]() {
      clearInterval(renewing);
      if (!options.keep?.()) {
        // A database that is away now must not change how the upload ended: the lease expires by itself.
        await releaseLease(database, claim.name, claim.holder).catch(() => {});
      }
    },
  };
}

export function leaseName(collection: string): string {
  return `collection/${collection}`;
}

function startRenewing(database: Database, claim: LeaseClaim, lost: AbortController): NodeJS.Timeout {
  let renewedAt = performance.now();
  const renew = async () => {
    const held = await renewLease(database, claim).catch(() => undefined);
    if (held) {
      renewedAt = performance.now();
    } else if (held === false || performance.now() - renewedAt > claim.durationMs) {
      lost.abort(new Failure('busy', messages.parallelUpload));
    }
  };
  const timer = setInterval(() => void renew(), claim.durationMs / 3);
  return timer.unref();
}
