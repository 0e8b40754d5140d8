import { deleteExpiredLeases } from '../database/leases.ts';
import { deleteOldLoginAttempts } from '../database/login-attempts.ts';
import { referredObjects } from '../database/parts.ts';
import { deleteFinishedUploads, listExpiredUploads } from '../database/uploads.ts';
import { listUnpurged } from '../database/versions.ts';
import type { Repository } from '../repository.ts';
import { isMarker } from '../storage/claim.ts';
import { abandonUpload } from '../upload/resumable/abandon.ts';
import { purgeVersion } from '../versions/purge.ts';

export interface JanitorReport {
  readonly expiredUploads: number;
  readonly purgedVersions: number;
  readonly unfinishedWrites: number;
  readonly leftoverObjects: number;
}

export interface Janitor {
  /** Collect once what nobody needs any more. */
  run(signal?: AbortSignal): Promise<JanitorReport>;
}

const batch = 500;
/** Beyond what an upload may last: between the last byte and the commit, with a slow database. */
const marginMs = 3_600_000;
const maxSuspects = 100_000;

/**
 * Removes expired uploads, the bytes of deleted versions, what writers that died left, and stored objects that no
 * row refers to. The last only when an earlier run saw them so too: a clock that jumps must not make the bytes of
 * an upload that is just about to be recorded look old.
 */
export function createJanitor(repository: Repository): Janitor {
  const { database, storage, now } = repository;
  let suspects: ReadonlySet<string> = new Set();

  async function removeExpiredUploads(): Promise<number> {
    const expired = await listExpiredUploads(database, now(), batch);
    for (const upload of expired) {
      await abandonUpload(repository, upload.id, upload.collectionId);
    }
    await deleteFinishedUploads(database, now());
    return expired.length;
  }

  async function purgeDeleted(signal: AbortSignal | undefined): Promise<number> {
    let purged = 0;
    for (const id of await listUnpurged(database, batch)) {
      signal?.throwIfAborted();
      purged += (await purgeVersion(repository, id)) ? 1 : 0;
    }
    return purged;
  }

  async function removeLeftovers(signal: AbortSignal | undefined): Promise<number> {
    const olderThanMs = now() - repository.uploadTimeoutMs - marginMs;
    const seen = new Set<string>();
    let removed = 0;
    let keys: string[] = [];
    const judge = async () => {
      const referred = await referredObjects(database, keys);
      for (const key of keys.filter((one) => !referred.has(one))) {
        if (suspects.has(key)) {
          await storage.delete(key);
          removed += 1;
        } else if (seen.size < maxSuspects) {
          seen.add(key);
        }
      }
      keys = [];
    };
    for await (const object of storage.list('')) {
      signal?.throwIfAborted();
      if (object.modifiedAtMs < olderThanMs && !isMarker(object.key)) {
        keys.push(object.key);
      }
      if (keys.length === batch) {
        await judge();
      }
    }
    await judge();
    suspects = seen;
    repository.metrics.removedLeftovers.inc(removed);
    return removed;
  }

  return {
    async run(signal) {
      await deleteExpiredLeases(database);
      await deleteOldLoginAttempts(database);
      const expiredUploads = await removeExpiredUploads();
      const purgedVersions = await purgeDeleted(signal);
      const unfinishedWrites = await storage.removeUnfinished(now() - repository.uploadTimeoutMs - marginMs);
      const leftoverObjects = await removeLeftovers(signal);
      return { expiredUploads, purgedVersions, unfinishedWrites, leftoverObjects };
    },
  };
}
