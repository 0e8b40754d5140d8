import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { isFailure } from '@backup-maker/model';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { findUpload } from '../src/database/uploads.ts';
import { listVersions } from '../src/database/versions.ts';
import type { ByteSource } from '../src/storage/storage.ts';
import { continueUpload } from '../src/upload/resumable/continue.ts';
import { createUpload } from '../src/upload/resumable/create.ts';
import { createProgressCache } from '../src/upload/resumable/progress.ts';
import { uploadVersion } from '../src/upload/upload.ts';
import { anybody, chunked, testCollection, uploadDirectly } from './direct-upload.ts';
import { openPgpMessage } from './message.ts';
import { openTestRepository, type RepositoryFixture } from './repository-fixture.ts';

const message = openPgpMessage({ bodyBytes: 900_000 });
const signal = new AbortController().signal;
const collection = testCollection('iwa');

let fixture: RepositoryFixture;
beforeEach(async () => {
  fixture = await openTestRepository();
});
afterEach(async () => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  await fixture[Symbol.asyncDispose]();
});

const objects = () => join(fixture.folder, 'storage/objects/iwa');

it('finds a stored part whose bytes a power cut changed, and makes no version of it', async () => {
  const { repository } = fixture;
  const order = { caller: anybody, collection, lengthBytes: message.length, metadata: '' };
  const { id } = await createUpload(repository, order);
  const send = async (from: typeof repository, offsetBytes: number, bytes: Buffer) => {
    const upload = await findUpload(from.database, id);
    if (!upload) {
      throw new Error('the upload is gone');
    }
    const rest = { lengthBytes: undefined, isEmpty: bytes.length === 0, checksum: undefined, signal };
    return continueUpload(from, { collection, upload, offsetBytes, source: chunked(bytes), ...rest });
  };
  await send(repository, 0, message.subarray(0, 300_000));
  const [part = ''] = await fs.readdir(objects());
  // As many bytes, none of which the OpenPGP structure shows: the digest alone tells.
  const file = await fs.open(join(objects(), part), 'r+');
  await file.write(Buffer.alloc(4096), 0, 4096, 200_000);
  await file.close();
  // As after a restart: what was learned from the bytes is read from the storage again.
  const { database, storage } = repository;
  const restarted = { ...repository, progress: createProgressCache({ database, storage, maxUploads: 1 }) };
  await expect(send(restarted, 300_000, message.subarray(300_000))).rejects.toSatisfy((error) =>
    isFailure(error, 'integrity'),
  );
  expect(await listVersions(database, 'iwa')).toEqual([]);
});

it('syncs the folder after a file was renamed into it, before the version is recorded', async () => {
  const order: string[] = [];
  await uploadDirectly(fixture.repository, collection, message);
  const { rename, open } = fs;
  vi.spyOn(fs, 'rename').mockImplementation(async (from, to) => {
    await rename(from, to);
    order.push('renamed');
  });
  vi.spyOn(fs, 'open').mockImplementation(async (path, ...rest) => {
    const handle = await open(path, ...rest);
    if (path === objects()) {
      const { sync } = handle;
      vi.spyOn(handle, 'sync').mockImplementation(async () => {
        await sync.call(handle);
        order.push(`synced with ${(await listVersions(fixture.repository.database, 'iwa')).length} version`);
      });
    }
    return handle;
  });
  syncBuiltinESMExports();
  await uploadDirectly(fixture.repository, collection, message);
  expect(order).toEqual(['renamed', 'synced with 1 version']);
});

it('decides the quota again when the version is recorded', async () => {
  const { repository } = fixture;
  const limits = { maxOneVersionSize: '1M', maxCollectionSize: '5M' };
  const tight = testCollection('iwa', limits);
  async function* source(): ByteSource {
    yield* chunked(message.subarray(0, 100_000));
    // What another server recorded meanwhile, whose lease this one knows nothing of.
    await repository.database.query
      .insertInto('versions')
      .values({ ...(await rowOf()), id: 'meanwhile', version_number: 2, size_bytes: 5_000_000 })
      .execute();
    yield* chunked(message.subarray(100_000));
  }
  const rowOf = () => repository.database.query.selectFrom('versions').selectAll().executeTakeFirstOrThrow();
  await uploadDirectly(repository, tight, openPgpMessage({ bodyBytes: 1000 }));
  const late = uploadVersion(repository, { caller: anybody, collection: tight, source: source(), signal });
  await expect(late).rejects.toSatisfy((error) => isFailure(error, 'quota-exceeded'));
  expect((await listVersions(repository.database, 'iwa')).map(({ versionNumber }) => versionNumber)).toEqual([
    1, 2,
  ]);
});
