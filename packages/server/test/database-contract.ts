import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../src/database/database.ts';
import { installationId } from '../src/database/installation.ts';
import { releaseLease, renewLease, takeLease } from '../src/database/leases.ts';
import {
  countLoginAttempt,
  deleteOldLoginAttempts,
  findLoginAttempts,
} from '../src/database/login-attempts.ts';
import { findManifest, putManifest } from '../src/database/manifests.ts';
import { deleteParts, insertPart, listParts, referredObjects } from '../src/database/parts.ts';
import {
  deactivateSession,
  findSession,
  insertSession,
  listSessions,
  type NewSession,
} from '../src/database/sessions.ts';
import { inTransaction } from '../src/database/transaction.ts';
import {
  findVersion,
  insertVersion,
  listUnpurged,
  listVersions,
  markDeleted,
  markPurged,
  type NewVersion,
  nextVersionNumber,
} from '../src/database/versions.ts';

/** Larger than 2^32: both databases must give it back as a number. */
const tebibyte = 1024 ** 4;

function newVersion(collectionId: string, versionNumber: number): NewVersion {
  return {
    id: randomUUID(),
    collectionId,
    versionNumber,
    filename: `dump-${versionNumber}.tar.gz`,
    sizeBytes: tebibyte + versionNumber,
    sha256: 'ab'.repeat(32),
    recipients: ['0123456789ABCDEF'],
    sessionId: 'cd'.repeat(32),
    userName: 'worker',
    createdAtMs: 1_750_000_000_000 + versionNumber,
  };
}

function newSession(userName: string, createdAtMs: number): NewSession {
  return {
    id: randomUUID(),
    userName,
    accessKeyName: undefined,
    scope: { elements: [{ type: 'collection', name: 'iwa', roles: ['backupUploader'] }] },
    description: 'login',
    requesterAddress: '127.0.0.1',
    expiresAtMs: createdAtMs + 1000,
    createdAtMs,
  };
}

/** What the metadata does, whatever the database. `openAgain` is a second connection to the same data. */
export function databaseContract(
  dialect: string,
  open: () => Promise<Database>,
  openAgain: () => Promise<Database>,
): void {
  describe(`the ${dialect} database`, () => {
    let database: Database;
    let other: Database;

    beforeAll(async () => {
      database = await open();
      other = await openAgain();
    });
    afterAll(async () => {
      await database?.close();
      await other?.close();
    });

    it('has one installation id, whoever asks first', async () => {
      const ids = await Promise.all([database, other].map((one) => installationId(one, randomUUID)));
      expect(ids[0]).toBe(ids[1]);
      expect(await installationId(database, randomUUID)).toBe(ids[0]);
    });

    it('keeps sessions, also after they were deactivated', async () => {
      const user = randomUUID();
      const session = newSession(user, 1_750_000_000_000);
      await insertSession(database, session);
      await insertSession(database, newSession(user, 1_750_000_000_001));
      expect(await findSession(other, session.id)).toEqual({
        ...session,
        deactivated: false,
        updatedAtMs: session.createdAtMs,
      });
      await deactivateSession(database, session.id, 1_750_000_000_009);
      expect(await findSession(other, session.id)).toMatchObject({
        deactivated: true,
        updatedAtMs: 1_750_000_000_009,
      });
      const listed = await listSessions(other, user, 100);
      expect(listed.map((one) => one.createdAtMs)).toEqual([1_750_000_000_001, 1_750_000_000_000]);
      expect(await listSessions(other, user, 1)).toHaveLength(1);
      expect(await findSession(database, 'unknown')).toBeUndefined();
    });

    it('finds versions by number, by id and the latest, and none that was deleted', async () => {
      const collection = randomUUID();
      const [first, second] = [newVersion(collection, 1), newVersion(collection, 2)];
      await insertVersion(database, first);
      await insertVersion(database, second);
      const expected = { ...second, integrity: 'unchecked', updatedAtMs: second.createdAtMs };
      expect(await findVersion(other, collection, { by: 'number', number: 2 })).toEqual(expected);
      expect(await findVersion(other, collection, { by: 'id', id: second.id })).toEqual(expected);
      expect(await findVersion(other, collection, { by: 'latest' })).toEqual(expected);
      expect(await findVersion(other, 'elsewhere', { by: 'id', id: second.id })).toBeUndefined();
      await markDeleted(database, [second.id], 5);
      expect(await findVersion(other, collection, { by: 'id', id: second.id })).toBeUndefined();
      expect((await listVersions(other, collection)).map((version) => version.id)).toEqual([first.id]);
      expect(await listUnpurged(other, 1000)).toContain(second.id);
      await markPurged(database, second.id, 6);
      expect(await listUnpurged(other, 1000)).not.toContain(second.id);
    });

    it('never gives a version number again', async () => {
      const collection = randomUUID();
      expect(await nextVersionNumber(database, collection)).toBe(1);
      const version = newVersion(collection, 1);
      await insertVersion(database, version);
      await markDeleted(database, [version.id], 5);
      expect(await nextVersionNumber(database, collection)).toBe(2);
      await expect(insertVersion(other, newVersion(collection, 1))).rejects.toThrow();
    });

    it('keeps the parts of a version in order, and knows which objects are referred to', async () => {
      const owner = randomUUID();
      const parts = [0, 1, 2].map((index) => ({
        objectKey: `${owner}/${index}`,
        sizeBytes: tebibyte,
        sha256: `${index}`,
      }));
      for (const index of [2, 0, 1]) {
        await insertPart(database, owner, index, parts[index] ?? raise());
      }
      expect(await listParts(other, owner)).toEqual(parts);
      expect(await referredObjects(other, [`${owner}/1`, 'unknown'])).toEqual(new Set([`${owner}/1`]));
      expect(await referredObjects(other, [])).toEqual(new Set());
      await deleteParts(database, owner);
      expect(await listParts(other, owner)).toEqual([]);
    });

    it('keeps a manifest, and the last one where several were given', async () => {
      const owner = randomUUID();
      expect(await findManifest(database, owner)).toBeUndefined();
      await putManifest(database, owner, Buffer.from([0, 255]));
      await putManifest(database, owner, Buffer.from([1, 2]));
      expect(await findManifest(other, owner)).toEqual(Buffer.from([1, 2]));
    });

    it.each(['now', 'later'] as const)(
      'keeps all of a transaction that is durable %s, or nothing',
      async (durable) => {
        const collection = randomUUID();
        const insert = (versionNumber: number, fail: boolean) =>
          inTransaction(
            database,
            async (transaction) => {
              await insertVersion(transaction, newVersion(collection, versionNumber));
              if (fail) {
                throw new Error('half-way');
              }
            },
            { durable },
          );
        await Promise.all([insert(1, false), insert(2, false)]);
        await expect(insert(3, true)).rejects.toThrow('half-way');
        const found = await listVersions(other, collection);
        expect(found.map(({ versionNumber }) => versionNumber)).toEqual([1, 2]);
      },
    );

    it('counts attempts to log in of all servers together, and begins again after their time', async () => {
      const address = randomUUID();
      await Promise.all(
        [database, other, database, other].map((one) => countLoginAttempt(one, address, 60_000)),
      );
      const { count, leftMs } = await findLoginAttempts(other, address);
      expect(count).toBe(4);
      expect(leftMs).toBeGreaterThan(50_000);
      expect(leftMs).toBeLessThanOrEqual(60_000);
      expect((await findLoginAttempts(other, randomUUID())).count).toBe(0);
      const past = randomUUID();
      await countLoginAttempt(database, past, -1);
      expect((await findLoginAttempts(other, past)).count).toBe(0);
      await countLoginAttempt(other, past, 60_000);
      await countLoginAttempt(database, past, 60_000);
      await deleteOldLoginAttempts(database);
      expect((await findLoginAttempts(other, past)).count).toBe(2);
    });

    it('gives a lease to one holder at a time', async () => {
      const name = randomUUID();
      const claims = Array.from({ length: 20 }, (_, index) => ({
        name,
        holder: `holder-${index}`,
        durationMs: 60_000,
      }));
      const taken = await Promise.all(
        claims.map((claim, index) => takeLease(index % 2 ? database : other, claim)),
      );
      expect(taken.filter(Boolean)).toHaveLength(1);
      const winner = claims[taken.indexOf(true)] ?? raise();
      expect(await takeLease(other, winner)).toBe(true);
      await releaseLease(other, name, 'somebody else');
      expect(await takeLease(other, { ...winner, holder: 'next' })).toBe(false);
      await releaseLease(other, name, winner.holder);
      expect(await takeLease(database, { ...winner, holder: 'next' })).toBe(true);
    });

    it('writes a lease again only once a part of its time has passed', async () => {
      const name = `collection/${randomUUID()}`;
      const expiry = async () =>
        (await database.query.selectFrom('leases').select('expires_at').where('name', '=', name).execute())[0]
          ?.expires_at;
      await takeLease(database, { name, holder: 'mine', durationMs: 60_000 });
      const first = await expiry();
      expect(await takeLease(database, { name, holder: 'mine', durationMs: 60_000 })).toBe(true);
      expect(await expiry()).toBe(first);
      expect(await takeLease(database, { name, holder: 'mine', durationMs: 120_000 })).toBe(true);
      expect(await expiry()).toBeGreaterThan((first ?? 0) + 50_000);
    });

    it('gives an expired lease to the next, and tells the holder that it is lost', async () => {
      const name = randomUUID();
      const lease = { name, holder: 'first', durationMs: 0 };
      await takeLease(database, lease);
      expect(await renewLease(database, lease)).toBe(true);
      expect(await takeLease(other, { name, holder: 'second', durationMs: 60_000 })).toBe(true);
      expect(await renewLease(database, lease)).toBe(false);
    });
  });
}

function raise(): never {
  throw new Error('unreachable');
}
