import { hasPrograms } from '@backup-maker/testing';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPostgres } from '../src/database/postgres.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

/** As the original server's ORM makes them. */
const originalSchema = `
  create table uploaded_versions (
    id text primary key, collection_id text, version_number bigint, filename text, filesize bigint,
    uploaded_by_session_id text, uploader text,
    created_at timestamptz, updated_at timestamptz, deleted_at timestamptz
  );
  create table granted_accesses (
    id text primary key, expires_at timestamptz, deactivated boolean, description text, requester_ip text,
    "user" text, access_key_name text, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz
  );
  create table locks (id text primary key, expires timestamptz);
  insert into uploaded_versions values ('a', 'iwa', 1, 'iwa-1.tar.gz', 5, 's', 'admin', now(), now(), null);
`;

describe.skipIf(!hasPrograms('postgres', 'initdb'))('a database of the original server', () => {
  let server: PostgresServer;
  let client: pg.Client;
  let url: string;
  let databases = 0;

  beforeAll(async () => {
    server = await startPostgres();
  });
  beforeEach(async () => {
    const admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    databases += 1;
    await admin.query(`create database original_${databases}`);
    await admin.end();
    url = server.url.replace(/postgres$/, `original_${databases}`);
    client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(originalSchema);
    return () => client.end();
  });
  afterAll(async () => {
    await server?.stop();
  });

  const warnings: string[] = [];
  const open = (ignoreOriginalTables = false) =>
    openPostgres({
      url,
      ignoreOriginalTables,
      onIdleError: () => {},
      onWarning: (message) => void warnings.push(message),
    });
  const tables = async () => {
    const { rows } = await client.query<{ tablename: string }>(
      "select tablename from pg_tables where schemaname = 'public' order by 1",
    );
    return rows.map(({ tablename }) => tablename);
  };

  it('stops the server before it makes a table, and says what to do', async () => {
    await expect(open()).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(
        /original Backup Repository server \(uploaded_versions, granted_accesses\).*--ignore-original-tables/,
      ),
    });
    expect(await tables()).toEqual(['granted_accesses', 'locks', 'uploaded_versions']);
  });

  it('gets our tables beside its own when told to, and keeps what it has', async () => {
    const before = await client.query('select * from uploaded_versions');
    await (await open(true)).close();
    expect((await client.query('select * from uploaded_versions')).rows).toEqual(before.rows);
    expect(await tables()).toEqual(
      expect.arrayContaining(['locks', 'uploaded_versions', 'versions', 'leases']),
    );
    // It was decided once: a restart needs no flag.
    warnings.length = 0;
    await (await open()).close();
    expect(warnings).toEqual([expect.stringContaining('are left as they are')]);
  });

  it('does not matter where it is not on the search path', async () => {
    await client.query('create schema ours');
    const { pathname, host } = new URL(url);
    const elsewhere = `postgres://postgres@${host}${pathname}?options=-csearch_path%3Dours`;
    await (await openPostgres({ url: elsewhere, onIdleError: () => {} })).close();
    expect(await tables()).toEqual(['granted_accesses', 'locks', 'uploaded_versions']);
  });
});
