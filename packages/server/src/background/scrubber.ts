import { createHash } from 'node:crypto';
import { isFailure } from '@backup-maker/model';
import { listParts } from '../database/parts.ts';
import { listLeastRecentlyScrubbed, recordScrub, type StoredVersion } from '../database/versions.ts';
import type { Repository } from '../repository.ts';

export interface Scrubber {
  /** Read every version again that was not read within the period; gives how many were damaged. */
  run(signal?: AbortSignal): Promise<ScrubReport>;
}

export interface ScrubReport {
  readonly verified: number;
  readonly damaged: number;
}

const batch = 20;

/** Reads stored versions again and compares digests, so that damage is found before a restore needs the bytes. */
export function createScrubber(repository: Repository, periodMs: number): Scrubber {
  const { database, logger, metrics, now } = repository;

  function note({ collectionId, versionNumber }: StoredVersion, outcome: keyof ScrubReport): void {
    metrics.scrubbedVersions.inc({ result: outcome });
    if (outcome === 'damaged') {
      logger.error({ collectionId, versionNumber }, 'stored bytes of a version differ from its digest');
    }
  }

  return {
    async run(signal) {
      const report = { verified: 0, damaged: 0 };
      const startedMs = now();
      for (;;) {
        const due = await listLeastRecentlyScrubbed(database, startedMs - periodMs, batch);
        if (due.length === 0) {
          return report;
        }
        for (const version of due) {
          signal?.throwIfAborted();
          const outcome = await scrubVersion(repository, version, signal);
          if (await recordScrub(database, version.id, outcome, now())) {
            note(version, outcome);
            report[outcome] += 1;
          }
        }
      }
    },
  };
}

/** Errors of the storage that may pass are passed on: they say nothing about the bytes. */
async function scrubVersion(
  repository: Repository,
  version: StoredVersion,
  signal: AbortSignal | undefined,
): Promise<keyof ScrubReport> {
  const hash = createHash('sha256');
  const digest = () => hash.copy().digest('hex');
  let sizeBytes = 0;
  try {
    for (const part of await listParts(repository.database, version.id)) {
      for await (const chunk of await repository.storage.get(part.objectKey)) {
        signal?.throwIfAborted();
        hash.update(chunk);
        sizeBytes += chunk.length;
        repository.metrics.scrubbedBytes.inc(chunk.length);
      }
      if (digest() !== part.sha256) {
        return 'damaged';
      }
    }
  } catch (error) {
    if (isFailure(error, 'not-found')) {
      return 'damaged';
    }
    throw error;
  }
  return sizeBytes === version.sizeBytes && digest() === version.sha256 ? 'verified' : 'damaged';
}
