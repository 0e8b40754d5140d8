import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createJanitor } from '../src/background/janitor.ts';
import { createScrubber } from '../src/background/scrubber.ts';
import { findUpload } from '../src/database/uploads.ts';
import { listVersions, markDeleted } from '../src/database/versions.ts';
import { openVersion } from '../src/download/version-bytes.ts';
import type { Repository } from '../src/repository.ts';
import type { ByteSource } from '../src/storage/storage.ts';
import { continueUpload } from '../src/upload/resumable/continue.ts';
import { createUpload } from '../src/upload/resumable/create.ts';
import { uploadVersion } from '../src/upload/upload.ts';
import { purgeVersion } from '../src/versions/purge.ts';
import { anybody, chunked, testCollection, uploadDirectly } from './direct-upload.ts';
import { openPgpMessage } from './message.ts';
import { openTestRepository, type RepositoryFixture } from './repository-fixture.ts';

const collection = testCollection('iwa', { maxBackupsCount: 3 });
const message = openPgpMessage({ bodyBytes: 900_000 });
const signal = new AbortController().signal;
const dayMs = 86_400_000;

describe('while an upload or a download runs', () => {
  let fixture: RepositoryFixture;
  let repository: Repository;

  beforeEach(async () => {
    fixture = await openTestRepository();
    repository = fixture.repository;
  });
  afterEach(async () => {
    await fixture[Symbol.asyncDispose]();
  });

  const versions = () => listVersions(repository.database, 'iwa');
  const objects = () => readdir(join(fixture.folder, 'storage/objects/iwa'));
  const leases = () => repository.database.query.selectFrom('leases').select('name').execute();
  const janitor = async () => {
    const cleaner = createJanitor(repository);
    await cleaner.run();
    return cleaner.run();
  };
  const janitorAt = (jumpMs: number) => {
    fixture.offsetMs = jumpMs;
    return janitor();
  };
  const scrub = () => createScrubber(repository, 1).run();

  /** Upload, and do something when half of the bytes are here. */
  const uploadWith = (halfway: () => Promise<unknown>, bytes = message) => {
    async function* source(): ByteSource {
      yield* chunked(bytes.subarray(0, bytes.length / 2));
      await halfway();
      yield* chunked(bytes.subarray(bytes.length / 2));
    }
    return uploadVersion(repository, { caller: anybody, collection, source: source(), signal });
  };

  /** Download the first version, and do something after the first piece. */
  async function downloadWith(early: () => Promise<unknown>): Promise<Buffer> {
    const [version] = await versions();
    if (!version) {
      throw new Error('there is no version to download');
    }
    const whole = { offsetBytes: 0, lengthBytes: version.sizeBytes };
    const pieces: Uint8Array[] = [];
    for await (const piece of await openVersion(repository, version, whole)) {
      if (pieces.push(Buffer.from(piece)) === 1) {
        await early();
      }
    }
    return Buffer.concat(pieces);
  }

  async function remove(): Promise<void> {
    const [version] = await versions();
    await markDeleted(repository.database, [version?.id ?? ''], Date.now());
    await purgeVersion(repository, version?.id ?? '');
  }

  async function insistOnWhole(count: number, objectsCount = count): Promise<void> {
    expect(await versions()).toHaveLength(count);
    fixture.offsetMs += dayMs;
    await scrub();
    for (const { integrity } of await versions()) {
      expect(integrity).toBe('verified');
    }
    expect(await objects()).toHaveLength(objectsCount);
    expect(await readdir(join(fixture.folder, 'storage/incoming'))).toEqual([]);
    expect(await leases()).toEqual([]);
  }

  const disturbances: readonly [string, () => Promise<unknown>, number][] = [
    ['the janitor', () => janitor(), 2],
    ['the scrubber', () => scrub(), 2],
    ['a deletion', () => remove(), 1],
    ['a clock two days ahead, and the janitor', () => janitorAt(2 * dayMs), 2],
    ['a clock two days behind, and the janitor', () => janitorAt(-2 * dayMs), 2],
  ];

  it.each(disturbances)('%s does not harm the upload', async (_, disturb, count) => {
    await uploadDirectly(repository, collection, message);
    const version = await uploadWith(disturb);
    expect(version.versionNumber).toBe(2);
    await insistOnWhole(count);
  });

  it.each(disturbances)('%s does not harm the download', async (_, disturb, count) => {
    await uploadDirectly(repository, collection, message);
    await uploadDirectly(repository, collection, message);
    expect((await downloadWith(disturb)).equals(message)).toBe(true);
    await insistOnWhole(count);
  });

  it('a rotation does not harm the download, nor a scrub of the version that goes', async () => {
    for (let count = 0; count < 3; count += 1) {
      await uploadDirectly(repository, collection, message);
    }
    const received = await downloadWith(() =>
      Promise.all([uploadDirectly(repository, collection, message), scrub()]),
    );
    expect(received.equals(message)).toBe(true);
    await insistOnWhole(3);
  });

  it.each([2 * dayMs, -2 * dayMs])(
    'a clock that jumps by %d ms between two requests leaves the upload whole, or no version',
    async (jumpMs) => {
      const order = { caller: anybody, collection, lengthBytes: message.length, metadata: '' };
      const { id } = await createUpload(repository, order);
      const send = async (offsetBytes: number, bytes: Buffer) => {
        const upload = await findUpload(repository.database, id);
        return (
          upload &&
          continueUpload(repository, {
            collection,
            upload,
            offsetBytes,
            lengthBytes: undefined,
            source: chunked(bytes),
            isEmpty: false,
            checksum: undefined,
            signal,
          })
        );
      };
      await send(0, message.subarray(0, 300_000));
      fixture.offsetMs = jumpMs;
      await janitor();
      const rest = await send(300_000, message.subarray(300_000));
      // Ahead: the upload has expired, as its sender is told; behind: it goes on.
      expect(rest?.version?.versionNumber).toBe(jumpMs > 0 ? undefined : 1);
      await (jumpMs > 0 ? insistOnWhole(0) : insistOnWhole(1, 2));
    },
  );
});
