import { createHash } from 'node:crypto';
import { isFailure } from '@backup-maker/model';
import { listParts, type Part } from '../database/parts.ts';
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
  const whole = createHash('sha256');
  let sizeBytes = 0;
  for (const part of await listParts(repository.database, version.id)) {
    const matches = await scrubPart(repository, part, (chunk) => {
      signal?.throwIfAborted();
      whole.update(chunk);
      sizeBytes += chunk.length;
      repository.metrics.scrubbedBytes.inc(chunk.length);
    });
    if (!matches) {
      return 'damaged';
    }
  }
  return sizeBytes === version.sizeBytes && whole.digest('hex') === version.sha256 ? 'verified' : 'damaged';
}

async function scrubPart(
  { storage }: Repository,
  part: Part,
  onChunk: (chunk: Uint8Array) => void,
): Promise<boolean> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of await storage.get(part.objectKey)) {
      hash.update(chunk);
      onChunk(chunk);
    }
  } catch (error) {
    if (isFailure(error, 'not-found')) {
      return false;
    }
    throw error;
  }
  return hash.digest('hex') === part.sha256;
}
