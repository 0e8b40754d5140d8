import { listVersions } from '../database/versions.ts';
import type { Collection } from '../documents/collection.ts';
import type { CollectionReport } from '../documents/source.ts';
import { findHealthCode } from '../health/health-code.ts';
import type { Repository } from '../repository.ts';
import { userProblems } from '../sessions/stored-password.ts';
import { healthOf } from '../versions/health.ts';

export interface StatusReporter {
  /** Tell the state of every collection and user to where it is described, and to the log what is wrong. */
  run(signal?: AbortSignal): Promise<void>;
}

/** Keeps the status of collections and users current, where their source can hold one. */
export function createStatusReporter(repository: Repository): StatusReporter {
  const { documents, logger } = repository;
  const told = new Map<string, string>();
  const warnOnce = (object: string, problems: readonly string[]) => {
    const text = problems.join('; ');
    if (text !== '' && text !== told.get(object)) {
      logger.warn(`${object}: ${text}`);
    }
    told.set(object, text);
  };
  const written = (object: string, writing: Promise<void>) =>
    writing.catch((error: unknown) => {
      logger.warn({ err: error }, `the status of ${object} could not be written`);
    });
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
            secretProblems: [],
          });
        }
      }
      for (const [name, report] of reports) {
        signal?.throwIfAborted();
        const object = `collection "${name}"`;
        warnOnce(object, report.secretProblems);
        await written(object, documents.reportCollection(name, report));
      }
      for (const user of await documents.listUsers()) {
        signal?.throwIfAborted();
        const problems = await userProblems(documents, user);
        const object = `user "${user.name}"`;
        warnOnce(object, problems);
        await written(object, documents.reportUser(user.name, problems));
      }
    },
  };
}

async function reportOf(repository: Repository, collection: Collection): Promise<CollectionReport> {
  const { versions, report } = await countsOf(repository, collection.name);
  const failedChecks = healthOf(collection, versions, repository.now())
    .filter(({ passed }) => !passed)
    .map(({ name, message }) => `${name}: ${message}`);
  const code = await findHealthCode(repository.documents, collection.name);
  const secretProblems = code?.kind === 'unreadable' ? [code.problem] : [];
  return { ...report, failedChecks, problem: undefined, secretProblems };
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
