import { randomUUID } from 'node:crypto';
import { messages } from '@backup-maker/api';
import { Failure, type HealthResult } from '@backup-maker/model';
import { sql } from 'kysely';
import type { Repository } from '../repository.ts';
import type { ByteSource, Storage } from '../storage/storage.ts';

/** The checks of `/ready`, in the order in which they are reported. */
const serverChecks = [
  'DbValidator',
  'StorageAvailabilityValidator',
  'ConfigurationProviderValidator',
] as const;

export type ServerCheck = (typeof serverChecks)[number];

const checks: Readonly<Record<ServerCheck, (repository: Repository) => Promise<string>>> = {
  async DbValidator({ database }) {
    await sql`select 1`.execute(database.query);
    return 'the database answers';
  },
  async StorageAvailabilityValidator({ storage }) {
    await checkStorage(storage);
    return 'the storage can be written, read and deleted';
  },
  async ConfigurationProviderValidator({ documents }) {
    await documents.check();
    const unusable = documents.problems().map(({ kind, name }) => `${kind} "${name}"`);
    return unusable.length === 0
      ? 'the configuration can be read'
      : `the configuration can be read; not valid: ${unusable.join(', ')}`;
  },
};

/** What a failed check says: beginnings that scripts know; details are in the log alone. */
const failureMessages: Readonly<Record<ServerCheck, string>> = {
  DbValidator: 'the database is not usable',
  StorageAvailabilityValidator: 'the storage is not usable',
  ConfigurationProviderValidator: messages.configurationProviderUnusable,
};

/** Run every check at once; each is over within the timeout, also when what it asks hangs. */
export async function checkServer(repository: Repository): Promise<readonly HealthResult<ServerCheck>[]> {
  return Promise.all(serverChecks.map((name) => runCheck(repository, name)));
}

async function runCheck(repository: Repository, name: ServerCheck): Promise<HealthResult<ServerCheck>> {
  const { healthTimeoutMs } = repository;
  const timedOut = new Failure('timeout', `no answer within ${healthTimeoutMs} ms`);
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(timedOut), healthTimeoutMs);
  try {
    const message = await Promise.race([checks[name](repository), timeout.promise]);
    return { name, passed: true, message };
  } catch (error) {
    const place = name === 'StorageAvailabilityValidator' ? repository.storagePlace : undefined;
    const where = place && { storage: place.logged };
    repository.logger.warn({ err: error, check: name, ...where }, failureMessages[name]);
    const reason = error instanceof Failure ? error.message : 'see the log of the server';
    const shown = place ? `${reason}. The storage is ${place.shown}` : reason;
    return { name, passed: false, message: `${failureMessages[name]}: ${shown}` };
  } finally {
    clearTimeout(timer);
  }
}

async function checkStorage(storage: Storage): Promise<void> {
  const key = `.health-${randomUUID()}`;
  const text = Buffer.from(key);
  async function* source(): ByteSource {
    yield text;
  }
  await storage.put(key, source());
  try {
    for await (const chunk of await storage.get(key)) {
      if (!text.equals(chunk)) {
        throw new Failure('integrity', 'the storage gave back other bytes than it was given');
      }
    }
  } finally {
    await storage.delete(key);
  }
}
