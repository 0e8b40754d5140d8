import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@backup-maker/model';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createJanitor } from '../src/background/janitor.ts';
import { findUpload } from '../src/database/uploads.ts';
import { findVersion, listVersions, markDeleted } from '../src/database/versions.ts';
import { openVersion } from '../src/download/version-bytes.ts';
import { type OpenRepository, openRepository } from '../src/open-repository.ts';
import { continueUpload } from '../src/upload/resumable/continue.ts';
import { createUpload } from '../src/upload/resumable/create.ts';
import { purgeVersion } from '../src/versions/purge.ts';
import { anybody, chunked, testCollection, uploadDirectly } from './direct-upload.ts';
import { openPgpMessage } from './message.ts';
import { testDocuments } from './server-fixture.ts';
import { testConfig } from './test-config.ts';

const maxBackupsCount = 3;
const dayMs = 86_400_000;
const collection = testCollection('iwa', { maxBackupsCount });

/** A generator of the same numbers for the same seed (mulberry32): 0 up to 1. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The whole truth about a collection, in a few lines. */
class Model {
  versions: { readonly number: number; readonly sha256: string }[] = [];
  #last = 0;

  add(sha256: string): void {
    this.#last += 1;
    this.versions = [...this.versions, { number: this.#last, sha256 }].slice(-maxBackupsCount);
  }

  remove(number: number): void {
    this.versions = this.versions.filter((version) => version.number !== number);
  }
}

const digestOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe.each([1, 2, 3])('random operations of seed %d', (seed) => {
  it('leave what a simple model has', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'random-'));
    const random = seeded(seed);
    const below = (limit: number) => Math.floor(random() * limit);
    const model = new Model();
    let offsetMs = 0;
    const open = async () =>
      openRepository({
        config: testConfig(folder),
        documents: await testDocuments(),
        logger: pino({ level: 'silent' }),
        now: () => Date.now() + offsetMs,
      });
    let opened: OpenRepository = await open();
    const newMessage = () => openPgpMessage({ bodyBytes: 100 + below(50_000) });

    const operations: readonly (() => Promise<void>)[] = [
      async function upload() {
        const message = newMessage();
        await uploadDirectly(opened.repository, collection, message);
        model.add(digestOf(message));
      },
      async function uploadCutOff() {
        const message = newMessage();
        const cut = uploadDirectly(opened.repository, collection, message.subarray(0, below(message.length)));
        await expect(cut).rejects.toThrow(Failure);
      },
      async function uploadInPieces() {
        const message = newMessage();
        const { id } = await createUpload(opened.repository, {
          caller: anybody,
          collection,
          lengthBytes: message.length,
          metadata: '',
        });
        const stopsAt = random() < 0.3 ? below(message.length) : message.length;
        for (let at = 0; at < stopsAt; ) {
          const end = Math.min(stopsAt, at + 1 + below(30_000));
          if (random() < 0.2) {
            await restart();
          }
          const upload = await findUpload(opened.repository.database, id);
          await continueUpload(opened.repository, {
            collection,
            upload: upload ?? raise(),
            offsetBytes: at,
            lengthBytes: undefined,
            source: chunked(message.subarray(at, end), 7000),
            isEmpty: false,
            checksum: undefined,
            signal: new AbortController().signal,
          });
          at = end;
        }
        if (stopsAt === message.length) {
          model.add(digestOf(message));
        } else {
          // Its lease goes on for a while, as after a client that went away.
          await opened.repository.database.query.deleteFrom('leases').execute();
        }
      },
      async function remove() {
        const chosen = model.versions[below(model.versions.length)];
        const { database } = opened.repository;
        const version =
          chosen && (await findVersion(database, 'iwa', { by: 'number', number: chosen.number }));
        if (chosen && version) {
          await markDeleted(database, [version.id], Date.now());
          await purgeVersion(opened.repository, version.id);
          model.remove(chosen.number);
        }
      },
      restart,
      async function janitor() {
        await createJanitor(opened.repository).run();
      },
    ];

    async function restart(): Promise<void> {
      await opened[Symbol.asyncDispose]();
      opened = await open();
    }

    async function compare(): Promise<void> {
      const versions = await listVersions(opened.repository.database, 'iwa');
      expect(versions.map(({ versionNumber, sha256 }) => ({ number: versionNumber, sha256 }))).toEqual(
        model.versions,
      );
      const version = versions[below(versions.length)];
      if (version) {
        const hash = createHash('sha256');
        const whole = { offsetBytes: 0, lengthBytes: version.sizeBytes };
        for await (const chunk of await openVersion(opened.repository, version, whole)) {
          hash.update(chunk);
        }
        expect(hash.digest('hex')).toBe(version.sha256);
      }
    }

    for (let step = 0; step < 60; step += 1) {
      await operations[below(operations.length)]?.();
      await compare();
    }
    offsetMs = dayMs;
    const janitor = createJanitor(opened.repository);
    await janitor.run();
    await janitor.run();
    await compare();
    const parts = await opened.repository.database.query.selectFrom('parts').select('object_key').execute();
    expect((await readdir(join(folder, 'storage/objects/iwa'))).toSorted()).toEqual(
      parts.map((part) => part.object_key.slice('iwa/'.length)).toSorted(),
    );
    expect(await readdir(join(folder, 'storage/incoming'))).toEqual([]);
    await opened[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  }, 60_000);
});

function raise(): never {
  throw new Error('unreachable');
}
