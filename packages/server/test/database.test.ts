import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFailure } from '@backup-maker/model';
import { freePort, hasPrograms } from '@backup-maker/testing';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../src/database/database.ts';
import { openPostgres } from '../src/database/postgres.ts';
import { openSqlite } from '../src/database/sqlite.ts';
import { inTransaction } from '../src/database/transaction.ts';
import { databaseContract } from './database-contract.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

describe('SQLite', () => {
  let folder: string;
  const open = () => openSqlite(join(folder, 'repository.db'));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sqlite-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  databaseContract('SQLite', open, open);

  it('is readable by its owner alone', async () => {
    const database = await open();
    expect((await stat(join(folder, 'repository.db'))).mode & 0o777).toBe(0o600);
    await database.close();
  });

  it('syncs each commit again after one that may wait', async () => {
    const database = await open();
    const levelNow = async () =>
      (await sql<{ synchronous: number }>`pragma synchronous`.execute(database.query)).rows;
    const failing = inTransaction(database, () => Promise.reject(new Error('half-way')), {
      durable: 'later',
    });
    await expect(failing).rejects.toThrow('half-way');
    await inTransaction(database, async () => {}, { durable: 'later' });
    // FULL (https://www.sqlite.org/pragma.html#pragma_synchronous).
    expect(await levelNow()).toEqual([{ synchronous: 2 }]);
    await database.close();
  });

  refusesNewer(open);
});

describe.skipIf(!hasPrograms('postgres', 'initdb'))('PostgreSQL', () => {
  let server: PostgresServer;
  const open = () => openPostgres({ url: server.url, onIdleError: () => {} });

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    await server?.stop();
  });

  it('is migrated once by two servers that start at once on an empty database', async () => {
    const databases = await Promise.all([open(), open(), open()]);
    await Promise.all(databases.map((database) => database.close()));
  });

  it('is named with the reason when it cannot be used, without the password', async () => {
    const { host, port } = new URL(server.url);
    const openOther = (url: string) => openPostgres({ url, onIdleError: () => {} });
    await expect(openOther(`postgres://postgres:hunter2@${host}/missing`)).rejects.toThrow(
      `the database ${host}/missing cannot be used (3D000: database "missing" does not exist). Check`,
    );
    const closed = await freePort();
    const refused = openOther(`postgres://postgres:hunter2@127.0.0.1:${closed}/${port}`);
    await expect(refused).rejects.toSatisfy(
      (error) => isFailure(error, 'unavailable') && /\(ECONNREFUSED: /.test(error.message),
    );
    await expect(refused).rejects.not.toThrow('hunter2');
  });

  databaseContract('PostgreSQL', open, open);
  refusesNewer(open);
});

function refusesNewer(open: () => Promise<Database>): void {
  it('refuses a database that a newer version wrote', async () => {
    const database = await open();
    const table = database.query.withTables<{ kysely_migration: { name: string; timestamp: string } }>();
    await table.insertInto('kysely_migration').values({ name: '999-future', timestamp: 'x' }).execute();
    await database.close();
    await expect(open()).rejects.toThrow('written by a newer version of the server (999-future)');
  });
}
