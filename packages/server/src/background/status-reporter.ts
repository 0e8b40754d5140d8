import { checkCollection } from '@backup-maker/model';
import { listVersions } from '../database/versions.ts';
import type { Collection } from '../documents/collection.ts';
import type { CollectionReport } from '../documents/source.ts';
import type { Repository } from '../repository.ts';

export interface StatusReporter {
  /** Tell the state of every collection to where it is described. */
  run(signal?: AbortSignal): Promise<void>;
}

/** Keeps the status of collections current, where their source can hold one. */
export function createStatusReporter(repository: Repository): StatusReporter {
  const { documents, logger } = repository;
  return {
    async run(signal) {
      const reports = new Map<string, CollectionReport>();
      for (const collection of await documents.listCollections()) {
        reports.set(collection.name, await reportOf(repository, collection));
      }
      for (const { kind, name, message } of documents.problems()) {
        if (kind === 'collection') {
          reports.set(name, {
            ...(await countsOf(repository, name)).report,
            failedChecks: [],
            problem: message,
          });
        }
      }
      for (const [name, report] of reports) {
        signal?.throwIfAborted();
        await documents.reportCollection(name, report).catch((error: unknown) => {
          logger.warn({ err: error, collection: name }, 'the status of a collection could not be written');
        });
      }
    },
  };
}

async function reportOf(repository: Repository, collection: Collection): Promise<CollectionReport> {
  const { versions, report } = await countsOf(repository, collection.name);
  const { maxOneVersionBytes, maxCollectionBytes } = collection.limits;
  const checks = checkCollection({
    windows: collection.windows,
    maxOneVersionBytes,
    maxCollectionBytes,
    versions,
    now: new Date(repository.now()),
  });
  const failedChecks = checks
    .filter(({ passed }) => !passed)
    .map(({ name, message }) => `${name}: ${message}`);
  return { ...report, failedChecks, problem: undefined };
}

async function countsOf({ database }: Repository, name: string) {
  const versions = await listVersions(database, name);
  return {
    versions,
    report: {
      usedBytes: versions.reduce((sum, version) => sum + version.sizeBytes, 0),
      versionsCount: versions.length,
      lastBackupAtMs: versions.at(-1)?.createdAtMs,
    },
  };
}
