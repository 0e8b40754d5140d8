import { open, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createJanitor } from '../src/background/janitor.ts';
import { createScrubber } from '../src/background/scrubber.ts';
import { startBackgroundTask } from '../src/background/task.ts';
import { findUpload } from '../src/database/uploads.ts';
import { listVersions, markDeleted } from '../src/database/versions.ts';
import { continueUpload } from '../src/upload/resumable/continue.ts';
import { createUpload } from '../src/upload/resumable/create.ts';
import { anybody, chunked, testCollection, uploadDirectly } from './direct-upload.ts';
import { openPgpMessage } from './message.ts';
import { openTestRepository, type RepositoryFixture } from './repository-fixture.ts';

const hourMs = 3_600_000;

const collection = testCollection('iwa', { maxBackupsCount: 3 });

describe('background work', () => {
  let fixture: RepositoryFixture;

  beforeEach(async () => {
    fixture = await openTestRepository();
  });
  afterEach(async () => {
    await fixture[Symbol.asyncDispose]();
  });

  const upload = () => uploadDirectly(fixture.repository, collection, openPgpMessage({ bodyBytes: 1000 }));
  const objects = async () =>
    (await readdir(join(fixture.folder, 'storage/objects/iwa')).catch(() => [])).toSorted();

  async function damage(name: string): Promise<void> {
    await using handle = await open(join(fixture.folder, 'storage/objects/iwa', name), 'r+');
    await handle.write(Buffer.from([0]), 0, 1, 50);
  }

  describe('the janitor', () => {
    it('touches nothing that is needed', async () => {
      await upload();
      fixture.offsetMs = 100 * hourMs;
      const janitor = createJanitor(fixture.repository);
      await janitor.run();
      const report = await janitor.run();
      expect(report).toEqual({
        expiredUploads: 0,
        purgedVersions: 0,
        unfinishedWrites: 0,
        leftoverObjects: 0,
      });
      expect(await objects()).toHaveLength(1);
    });

    it('removes the bytes of deleted versions', async () => {
      const version = await upload();
      await markDeleted(fixture.repository.database, [version.id], Date.now());
      const janitor = createJanitor(fixture.repository);
      expect(await janitor.run()).toMatchObject({ purgedVersions: 1 });
      expect(await objects()).toEqual([]);
      expect(await janitor.run()).toMatchObject({ purgedVersions: 0 });
    });

    it('removes an object that nothing refers to when it is old, and seen twice', async () => {
      await upload();
      const [known] = await objects();
      await fixture.repository.storage.put('iwa/left-over', chunked(Buffer.from('x')));
      const janitor = createJanitor(fixture.repository);
      await janitor.run();
      expect(await janitor.run()).toMatchObject({ leftoverObjects: 0 });
      fixture.offsetMs = 2 * hourMs;
      expect(await janitor.run()).toMatchObject({ leftoverObjects: 0 });
      expect(await janitor.run()).toMatchObject({ leftoverObjects: 1 });
      expect(await objects()).toEqual([known]);
    });

    it('removes what a killed writer left', async () => {
      const file = join(fixture.folder, 'storage/incoming/half');
      await writeFile(file, 'half');
      await utimes(file, 1, 1);
      expect(await createJanitor(fixture.repository).run()).toMatchObject({ unfinishedWrites: 1 });
      expect(await readdir(join(fixture.folder, 'storage/incoming'))).toEqual([]);
    });

    it('ends expired uploads with their bytes, and forgets finished ones without', async () => {
      const { repository } = fixture;
      const message = openPgpMessage({ bodyBytes: 1000 });
      const begin = async (bytes: Buffer, lengthBytes: number) => {
        const { id } = await createUpload(repository, {
          caller: anybody,
          collection,
          lengthBytes,
          metadata: '',
        });
        const created = await findUpload(repository.database, id);
        await continueUpload(repository, {
          collection,
          upload: created ?? raise(),
          offsetBytes: 0,
          lengthBytes: undefined,
          source: chunked(bytes),
          isEmpty: false,
          checksum: undefined,
          signal: new AbortController().signal,
        });
        return id;
      };
      const finished = await begin(message, message.length);
      const left = await begin(message.subarray(0, 500), message.length);
      expect(await objects()).toHaveLength(2);
      fixture.offsetMs = hourMs;
      expect(await createJanitor(repository).run()).toMatchObject({ expiredUploads: 1 });
      expect(await findUpload(repository.database, left)).toBeUndefined();
      expect(await findUpload(repository.database, finished)).toBeUndefined();
      expect(await objects()).toHaveLength(1);
      expect(await listVersions(repository.database, 'iwa')).toHaveLength(1);
    });
  });

  describe('the scrubber', () => {
    const integrities = async () =>
      (await listVersions(fixture.repository.database, 'iwa')).map((version) => version.integrity);

    it('finds every version whole, and reads none again before its time', async () => {
      await upload();
      await upload();
      const scrubber = createScrubber(fixture.repository, hourMs);
      expect(await scrubber.run()).toEqual({ verified: 2, damaged: 0 });
      expect(await integrities()).toEqual(['verified', 'verified']);
      expect(await scrubber.run()).toEqual({ verified: 0, damaged: 0 });
      fixture.offsetMs = hourMs + 1000;
      expect(await scrubber.run()).toEqual({ verified: 2, damaged: 0 });
    });

    it.each([
      ['changed', damage],
      ['missing', (name: string) => rm(join(fixture.folder, 'storage/objects/iwa', name))],
      [
        'longer',
        (name: string) => writeFile(join(fixture.folder, 'storage/objects/iwa', name), 'x', { flag: 'a' }),
      ],
      ['shorter', (name: string) => writeFile(join(fixture.folder, 'storage/objects/iwa', name), '')],
    ])('finds bytes that are %s', async (_, spoil) => {
      await upload();
      const [name = ''] = await objects();
      await upload();
      await spoil(name);
      const scrubber = createScrubber(fixture.repository, hourMs);
      expect(await scrubber.run()).toEqual({ verified: 1, damaged: 1 });
      expect((await integrities()).toSorted()).toEqual(['damaged', 'verified']);
    });
  });

  describe('a background task', () => {
    it('runs in one server at a time, again and again, also after it failed', async () => {
      const { database, logger } = fixture.repository;
      let running = 0;
      let most = 0;
      let runs = 0;
      const enough = Promise.withResolvers<void>();
      const tasks = ['a', 'b', 'c'].map((holder) =>
        startBackgroundTask({
          name: 'test',
          database,
          logger,
          holder,
          intervalMs: 5,
          random: Math.random,
          async run() {
            running += 1;
            most = Math.max(most, running);
            runs += 1;
            await new Promise((resolve) => setImmediate(resolve));
            running -= 1;
            if (runs === 2) {
              throw new Error('once');
            }
            if (runs === 10) {
              enough.resolve();
            }
          },
        }),
      );
      await enough.promise;
      await Promise.all(tasks.map((task) => task.stop()));
      expect(most).toBe(1);
    });
  });
});

function raise(): never {
  throw new Error('unreachable');
}
