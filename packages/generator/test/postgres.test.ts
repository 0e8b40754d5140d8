import { chmod, writeFile } from 'node:fs/promises';
import { hasPrograms, type Postgres, startPostgres } from '@backup-maker/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { awkwardTexts, Stage, succeeded } from './stage.ts';

const pgbr = new URL('../../pgbr/bin/pgbr.js', import.meta.url).pathname;

describe.skipIf(!hasPrograms('postgres', 'psql', 'pg_dump'))('postgres', () => {
  let server: Postgres;
  let stage: Stage;

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  beforeEach(async () => {
    stage = await Stage.create({
      template: 'postgres',
      programs: ['pg_dump', 'pg_dumpall', 'pg_restore', 'psql'],
      path: [server.binFolder],
    });
    await writeFile(stage.at('bin/pgbr'), `#!/bin/sh\nexec '${process.execPath}' '${pgbr}' "$@"\n`);
    await chmod(stage.at('bin/pgbr'), 0o755);
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
  const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const params = (more: object) => ({
    hostname: server.host,
    port: server.port,
    password: server.password,
    ...more,
  });

  async function createShop(name: string): Promise<void> {
    await server.query(`DROP DATABASE IF EXISTS ${quoted(name)}`);
    await server.query(`CREATE DATABASE ${quoted(name)}`);
    await server.query(
      "CREATE TABLE orders AS SELECT id, 'ż€' || id AS note, sha256(id::text::bytea) AS data FROM generate_series(1, 1000) AS id",
      name,
    );
  }
  const checksum = (name: string) =>
    server.query(
      "SELECT count(*), md5(string_agg(id || note || data::text, '' ORDER BY id)) FROM orders",
      name,
    );

  it('brings a damaged database back, and nothing that was not in it', async () => {
    await createShop('shop');
    const before = await checksum('shop');
    expect(await stage.backup({ params: params({ db: 'shop' }) })).toEqual(succeeded);
    await server.query('DELETE FROM orders; CREATE TABLE junk (id int)', 'shop');
    expect(await stage.restore({ params: params({ db: 'shop' }) })).toEqual(succeeded);
    expect(await checksum('shop')).toBe(before);
    expect(await server.query("SELECT to_regclass('junk') IS NULL", 'shop')).toBe('t');
  });

  it.each(awkwardTexts)('takes names and passwords with %s', async (_what, text) => {
    const [db, user] = [`d${text}`, `u${text}`];
    await createShop(db);
    await server.query(`CREATE ROLE ${quoted(user)} SUPERUSER LOGIN PASSWORD ${literal(text)}`);
    const before = await checksum(db);
    const given = params({ db, user, password: text });
    expect(await stage.backup({ params: given })).toEqual(succeeded);
    await server.query('DELETE FROM orders', db);
    expect(await stage.restore({ params: given })).toEqual(succeeded);
    expect(await checksum(db)).toBe(before);
    await server.query(`DROP DATABASE ${quoted(db)}`);
    await server.query(`DROP ROLE ${quoted(user)}`);
  });

  it('keeps the password out of every argument', async () => {
    await createShop('shop');
    await stage.backup({ params: params({ db: 'shop' }) });
    await stage.restore({ params: params({ db: 'shop' }) });
    expect(await stage.seenArguments()).toContain('shop');
    expect(await stage.seenArguments()).not.toContain(server.password);
  });

  it('stores an empty database', async () => {
    await server.query('CREATE DATABASE nothing');
    expect(await stage.backup({ params: params({ db: 'nothing' }) })).toEqual(succeeded);
    await server.query('CREATE TABLE junk (id int)', 'nothing');
    expect(await stage.restore({ params: params({ db: 'nothing' }) })).toEqual(succeeded);
    expect(await server.query("SELECT to_regclass('junk') IS NULL", 'nothing')).toBe('t');
  });

  it('stores the whole cluster with its roles', async () => {
    await createShop('shop');
    await server.query("CREATE ROLE guest LOGIN PASSWORD 'g'");
    const before = await checksum('shop');
    expect(await stage.backup({ params: params({}) })).toEqual(succeeded);
    await server.query('DROP DATABASE shop');
    await server.query('DROP ROLE guest');
    expect(await stage.restore({ params: params({}) })).toEqual(succeeded);
    expect(await checksum('shop')).toBe(before);
    expect(await server.query("SELECT count(*) FROM pg_roles WHERE rolname = 'guest'")).toBe('1');
  });

  it('stores 100 MB', async () => {
    await server.query('DROP DATABASE IF EXISTS large');
    await server.query('CREATE DATABASE large');
    await server.query(
      "CREATE TABLE orders AS SELECT id, 'x' AS note, repeat(sha256(id::text::bytea)::text, 7700) AS data FROM generate_series(1, 200) AS id",
      'large',
    );
    const before = await checksum('large');
    const given = params({ db: 'large', compressionLevel: 0 });
    expect(await stage.backup({ params: given })).toEqual(succeeded);
    expect((await stage.version())?.length).toBeGreaterThan(100_000_000);
    await server.query('DELETE FROM orders', 'large');
    expect(await stage.restore({ params: given })).toEqual(succeeded);
    expect(await checksum('large')).toBe(before);
  });

  it('makes no version when the dump dies half-way', async () => {
    await createShop('shop');
    const result = await stage.backup({ params: params({ db: 'shop' }), breakProgram: 'pg_dump' });
    expect(result).toMatchObject({ code: 3 });
    expect(result.messages).toMatch(/connection was lost[\s\S]*no version was made/);
    expect(await stage.version()).toBeUndefined();
  });

  it.each([
    ['a server that is not there', { port: 1 }, /connect/i],
    ['a wrong password', { password: 'wrong' }, /password authentication failed/],
    ['a database that is not there', { db: 'nowhere' }, /"nowhere" does not exist/],
  ])('makes no version with %s', async (_what, wrong, message) => {
    const result = await stage.backup({ params: params({ db: 'shop', ...wrong }) });
    expect(result.code).toBe(3);
    expect(result.messages).toMatch(message);
    expect(await stage.version()).toBeUndefined();
  });

  it('says so when the version is cut short, and lets clients in again', async () => {
    await createShop('shop');
    await stage.backup({ params: params({ db: 'shop' }) });
    const result = await stage.restore({ params: params({ db: 'shop' }), feedBytes: 3000 });
    expect(result.code).toBe(3);
    expect(result.messages).toMatch(/nothing counts as restored/);
    expect(await server.query("SELECT datallowconn FROM pg_database WHERE datname = 'shop'")).not.toBe('f');
  });
});
