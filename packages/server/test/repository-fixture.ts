import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openRepository } from '../src/open-repository.ts';
import type { Repository } from '../src/repository.ts';
import { testDocuments } from './server-fixture.ts';
import { testConfig } from './test-config.ts';

export interface RepositoryFixture extends AsyncDisposable {
  readonly repository: Repository;
  /** Where database and storage are. */
  readonly folder: string;
  /** What the server's clock is ahead of the machine's. */
  offsetMs: number;
}

/** A repository without HTTP, in a folder of its own. */
export async function openTestRepository(): Promise<RepositoryFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'repository-'));
  const opened = await openRepository({
    config: testConfig(folder),
    documents: await testDocuments(),
    logger: pino({ level: 'silent' }),
    now: () => Date.now() + fixture.offsetMs,
  });
  const fixture: RepositoryFixture = {
    repository: opened.repository,
    folder,
    offsetMs: 0,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
  return fixture;
}
