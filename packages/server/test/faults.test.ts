import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@backup-maker/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createJanitor } from '../src/background/janitor.ts';
import { takeLease } from '../src/database/leases.ts';
import { listVersions } from '../src/database/versions.ts';
import { openVersion } from '../src/download/version-bytes.ts';
import type { Repository } from '../src/repository.ts';
import { failureFromErrno } from '../src/storage/errno.ts';
import { testCollection, uploadDirectly } from './direct-upload.ts';
import { createFaultyStorage, type FaultyStorage } from './faulty-storage.ts';
import { openPgpMessage } from './message.ts';
import { openTestRepository, type RepositoryFixture } from './repository-fixture.ts';

const collection = testCollection('iwa', { maxBackupsCount: 2 });
const message = openPgpMessage({ bodyBytes: 500_000 });
const errno = (code: string) => failureFromErrno(Object.assign(new Error(code), { code }));

describe('faults', () => {
  let fixture: RepositoryFixture;
  let storage: FaultyStorage;
  let repository: Repository;

  beforeEach(async () => {
    fixture = await openTestRepository();
    storage = createFaultyStorage(fixture.repository.storage);
    repository = { ...fixture.repository, storage };
  });
  afterEach(async () => {
    await fixture[Symbol.asyncDispose]();
  });

  const upload = (bytes = message) => uploadDirectly(repository, collection, bytes);
  const objects = () => readdir(join(fixture.folder, 'storage/objects/iwa')).catch(() => []);
  const versions = () => listVersions(repository.database, 'iwa');

  it.each([
    ['no space at the first byte', 0, errno('ENOSPC'), 'storage-full'],
    ['no space half-way', 200_000, errno('ENOSPC'), 'storage-full'],
    ['no space at the end', 10 ** 9, errno('ENOSPC'), 'storage-full'],
    ['a broken disk', 200_000, errno('EIO'), 'unavailable'],
    ['a quota of the file system', 200_000, errno('EDQUOT'), 'storage-full'],
  ] as const)(
    '%s: no version, no bytes, no lease, and the next upload works',
    async (_, afterBytes, fault, code) => {
      storage.putFault = { afterBytes, fault };
      await expect(upload()).rejects.toMatchObject({ code });
      expect(await versions()).toEqual([]);
      expect(await objects()).toEqual([]);
      expect(await readdir(join(fixture.folder, 'storage/incoming'))).toEqual([]);
      storage.putFault = undefined;
      expect((await upload()).versionNumber).toBe(1);
    },
  );

  it('a storage that hangs: the upload ends with its time, and frees the collection', async () => {
    storage.putFault = { afterBytes: 200_000, fault: 'hang' };
    repository = { ...repository, uploadTimeoutMs: 200 };
    await expect(upload()).rejects.toMatchObject({ code: 'timeout' });
    storage.putFault = undefined;
    repository = { ...repository, uploadTimeoutMs: 30_000 };
    expect((await upload()).versionNumber).toBe(1);
  });

  it('a storage that cannot delete: the version is rotated out all the same, and its bytes go later', async () => {
    storage.deleteFault = errno('EIO');
    for (let count = 0; count < 4; count += 1) {
      await upload();
    }
    expect((await versions()).map((version) => version.versionNumber)).toEqual([3, 4]);
    expect(await objects()).toHaveLength(4);
    storage.deleteFault = undefined;
    expect(await createJanitor(repository).run()).toMatchObject({ purgedVersions: 2 });
    expect(await objects()).toHaveLength(2);
  });

  it('a database that fails at the commit: no version; the bytes are the janitor’s', async () => {
    const { database } = repository;
    await database.query.schema.alterTable('versions').renameTo('away').execute();
    await expect(upload()).rejects.toThrow();
    await database.query.schema.alterTable('away').renameTo('versions').execute();
    expect(await versions()).toEqual([]);
    expect((await upload()).versionNumber).toBe(1);
    fixture.offsetMs = 86_400_000;
    const janitor = createJanitor(repository);
    await janitor.run();
    await janitor.run();
    expect(await objects()).toHaveLength(1);
  });

  it('a lease that somebody else took: the upload is refused at its end', async () => {
    repository = { ...repository, leaseMs: 0 };
    const thief = { name: 'collection/iwa', holder: 'thief', durationMs: 60_000 };
    async function* slow() {
      yield message.subarray(0, 1000);
      expect(await takeLease(repository.database, thief)).toBe(true);
      yield message.subarray(1000);
    }
    const { uploadVersion } = await import('../src/upload/upload.ts');
    const { anybody } = await import('./direct-upload.ts');
    const stolen = uploadVersion(repository, {
      caller: anybody,
      collection,
      source: slow(),
      signal: new AbortController().signal,
    });
    await expect(stolen).rejects.toMatchObject({ code: 'busy' });
    expect(await versions()).toEqual([]);
    expect(await objects()).toEqual([]);
  });

  it('a sender that leaves while its version is recorded: neither a version more nor one less', async () => {
    await upload();
    await upload();
    const before = await versions();
    const left = new Failure('cancelled', 'gone');
    const { uploadVersion } = await import('../src/upload/upload.ts');
    const { anybody, chunked } = await import('./direct-upload.ts');
    const leaving = uploadVersion(repository, {
      caller: anybody,
      collection,
      source: chunked(message),
      signal: new AbortController().signal,
      sender: {
        gone: new AbortController().signal,
        settled: async () => {},
        insistOnPresence: () => Promise.reject(left),
      },
    });
    await expect(leaving).rejects.toBe(left);
    expect(await versions()).toEqual(before);
    expect(await objects()).toHaveLength(2);
    expect((await upload()).versionNumber).toBe(3);
  });

  it('50 uploads together at the limit: the quota holds', async () => {
    const tight = testCollection('tight', {
      maxBackupsCount: 3,
      maxOneVersionSize: '600K',
      maxCollectionSize: '1800K',
      strategyName: 'gfs',
      strategySpec: { keepLast: 100 },
    });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, () => uploadDirectly(repository, tight, message)),
    );
    const stored = await listVersions(repository.database, 'tight');
    expect(stored.length).toBe(outcomes.filter((outcome) => outcome.status === 'fulfilled').length);
    expect(stored.reduce((sum, version) => sum + version.sizeBytes, 0)).toBeLessThanOrEqual(1800 * 1024);
    const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(
      reasons.every(
        (reason) => reason instanceof Failure && ['busy', 'quota-exceeded'].includes(reason.code),
      ),
    ).toBe(true);
  });

  it('a clock that jumps by two days in either direction changes no number, and breaks no lock', async () => {
    const locked = testCollection('locked', { maxBackupsCount: 2, retentionLock: '1h' });
    await uploadDirectly(repository, locked, message);
    fixture.offsetMs = -2 * 86_400_000;
    const second = await uploadDirectly(repository, locked, message);
    expect(second.versionNumber).toBe(2);
    await expect(uploadDirectly(repository, locked, message)).rejects.toMatchObject({
      code: 'retention-locked',
    });
    fixture.offsetMs = 2 * 86_400_000;
    expect((await uploadDirectly(repository, locked, message)).versionNumber).toBe(3);
  });

  it('a rotation during a download: what was begun goes on to its end', async () => {
    const first = await upload();
    const listed = (await versions())[0] ?? raise();
    const bytes = await openVersion(repository, listed, { offsetBytes: 0, lengthBytes: first.sizeBytes });
    const iterator = bytes[Symbol.asyncIterator]();
    let received = (await iterator.next()).value?.length ?? 0;
    await upload();
    await upload();
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      received += next.value.length;
    }
    expect(received).toBe(message.length);
    const late = openVersion(repository, listed, { offsetBytes: 0, lengthBytes: 10 });
    await expect(late).rejects.toMatchObject({ code: 'not-found' });
  });
});

function raise(): never {
  throw new Error('unreachable');
}
