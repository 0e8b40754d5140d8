import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { hasPrograms, type Postgres, startPostgres } from '@backup-maker/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunOptions, runPgbr, temporaryDatabases } from './pgbr-process.ts';

describe.skipIf(!hasPrograms('postgres', 'psql', 'pg_dump'))('pgbr', () => {
  let server: Postgres;

  beforeAll(async () => {
    server = await startPostgres();
    await server.query("ALTER SYSTEM SET wal_level = 'logical'");
    await server.query('ALTER SYSTEM SET max_prepared_transactions = 5');
    await server.stop();
    await server.start();
    for (const role of ['maker LOGIN CREATEDB', 'plain LOGIN', 'other']) {
      await server.query(`CREATE ROLE ${role} PASSWORD '${server.password}'`);
    }
  }, 60_000);
  afterAll(() => server?.[Symbol.asyncDispose]());

  const drop = (name: string) => server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  const backup = async (args: readonly string[], options?: RunOptions) => {
    const result = await runPgbr(server, ['backup', ...args], options);
    expect(result).toMatchObject({ code: 0 });
    return result.output;
  };
  const restore = (args: readonly string[], input: Buffer, options: RunOptions = {}) =>
    runPgbr(server, ['restore', ...args], { ...options, input });
  const rows = (database: string) => server.query('SELECT count(*) FROM t', database);
  const refused = (message: string) => ({ code: 4, messages: expect.stringContaining(message) });
  const restored = { code: 0, messages: '' };

  /** A database with two rows; it has one when this resolves, and is to have two after a restore. */
  async function damaged(sql: readonly string[] = [], owner = 'postgres'): Promise<Buffer> {
    await drop('shop');
    await server.query(`CREATE DATABASE shop OWNER ${owner}`);
    const statements = [
      `SET ROLE ${owner}; CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2); RESET ROLE`,
      ...sql,
    ];
    for (const statement of statements) {
      await server.query(statement, 'shop');
    }
    const dump = await backup(['-d', 'shop', '-Z', '0']);
    await server.query('DELETE FROM t WHERE a = 1', 'shop');
    return dump;
  }

  describe('refuses a restore, and leaves the database as it is:', () => {
    it('with everything that is missing in one message', async () => {
      await server.query('CREATE ROLE gone; CREATE ROLE gone2; CREATE ROLE gone3');
      const dump = await damaged([
        `ALTER TABLE t OWNER TO gone; GRANT SELECT ON t TO gone2; CREATE POLICY p ON t TO gone3;
         ALTER DATABASE shop OWNER TO maker; CREATE EXTENSION pageinspect;
         CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
         CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION e()`,
        "SELECT pg_create_logical_replication_slot('slot', 'pgoutput')",
      ]);
      await server.query(
        'DROP POLICY p ON t; REVOKE ALL ON t FROM gone2; ALTER TABLE t OWNER TO maker',
        'shop',
      );
      await server.query('DROP ROLE gone; DROP ROLE gone2; DROP ROLE gone3');
      await server.query("BEGIN; SELECT FROM t; PREPARE TRANSACTION 'half'", 'shop');
      const { code, messages } = await restore(['-d', 'shop'], dump, { user: 'maker' });
      expect(code).toBe(4);
      for (const part of [
        'the roles "gone", "gone2", "gone3"',
        'belong to "postgres"',
        'only a superuser can make the extensions "pageinspect"',
        'event trigger e',
        'prepared transactions "half"',
        'replication slots "slot"',
      ]) {
        expect(messages).toContain(part);
      }
      expect(await rows('shop')).toBe('1');
      expect(await temporaryDatabases(server)).toBe('0');
      await server.query("ROLLBACK PREPARED 'half'", 'shop');
      await server.query("SELECT pg_drop_replication_slot('slot')", 'shop');
    });

    // What takes the place has the same length, so that the archive stays one.
    it.each([
      ['an extension', 'CREATE EXTENSION pageinspect', /pageinspect/g, 'no_such_ext', 'not installed'],
      ['a locale', 'SELECT 1', /(LOCALE|LC_COLLATE) = './g, "$1 = 'Q", 'invalid locale'],
      ['a setting', "ALTER DATABASE shop SET work_mem = '7MB'", /work_mem/g, 'worn_mem', 'worn_mem'],
    ])('%s that the server does not have', async (_what, sql, from, to, message) => {
      const dump = (await damaged([sql])).toString('latin1');
      const changed = dump.replaceAll(from, to);
      expect(changed).not.toBe(dump);
      expect(await restore(['-d', 'shop'], Buffer.from(changed, 'latin1'))).toMatchObject(refused(message));
      expect(await rows('shop')).toBe('1');
      expect(await temporaryDatabases(server)).toBe('0');
    });

    it('a tablespace that the server does not have', async () => {
      const location = `${tmpdir()}/tablespace-${server.port}`;
      await server.query(`COPY (SELECT 1) TO PROGRAM 'mkdir -m 700 ${location}'`);
      await server.query(`CREATE TABLESPACE fast LOCATION '${location}'`);
      const dump = await damaged(['ALTER TABLE t SET TABLESPACE fast']);
      await server.query('ALTER TABLE t SET TABLESPACE pg_default', 'shop');
      await server.query('DROP TABLESPACE fast');
      expect(await restore(['-d', 'shop'], dump)).toMatchObject(refused('the tablespaces "fast"'));
      expect(await rows('shop')).toBe('1');
      expect(await restore(['-d', 'shop', '--', '--no-tablespaces'], dump)).toMatchObject(restored);
      expect(await rows('shop')).toBe('2');
      await rm(location, { recursive: true });
    });

    it('a check constraint whose function names no schemas, until --search-path is given', async () => {
      const dump = await damaged([
        `CREATE FUNCTION helper(int) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT $1 > 0';
         CREATE FUNCTION ok(int) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN helper($1); END';
         ALTER TABLE t ADD CHECK (ok(a))`,
      ]);
      expect(await restore(['-d', 'shop'], dump)).toMatchObject({
        code: 3,
        messages: expect.stringMatching(/helper\(integer\) does not exist[\s\S]* at TABLE DATA public\.t/),
      });
      expect(await rows('shop')).toBe('1');
      expect(await restore(['-d', 'shop', '--search-path=public'], dump)).toMatchObject(restored);
      expect(await rows('shop')).toBe('2');
    });

    it.each([
      ['of a database that belongs to another role', 'other', 'maker', 'belongs to "other"'],
      ['as a role that may not make databases', 'plain', 'plain', 'may not make databases'],
    ])('%s', async (_what, owner, user, message) => {
      const dump = await damaged([], owner);
      const result = await restore(['-d', 'shop', '--no-owner'], dump, { user });
      expect(result).toMatchObject(refused(message));
      expect(await rows('shop')).toBe('1');
    });

    it('with an enabled subscription, and takes the place of a disabled one', async () => {
      const dump = await damaged([
        "CREATE SUBSCRIPTION sub CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p WITH (connect = false)",
        'ALTER SUBSCRIPTION sub ENABLE',
      ]);
      expect(await restore(['-d', 'shop'], dump)).toMatchObject(refused('subscriptions "sub"'));
      await server.query('ALTER SUBSCRIPTION sub DISABLE', 'shop');
      for (let time = 0; time < 2; time += 1) {
        expect(await restore(['-d', 'shop'], dump)).toMatchObject({ code: 0 });
        expect(await rows('shop')).toBe('2');
        expect(await server.query('SELECT count(*) FROM pg_subscription')).toBe('1');
      }
      const gap = await runPgbr(server, ['backup', '-d', 'shop'], { user: 'maker' });
      expect(gap).toMatchObject(refused('"sub" would be missing'));
      await server.query('ALTER SUBSCRIPTION sub SET (slot_name = NONE)', 'shop');
      await server.query('DROP SUBSCRIPTION sub', 'shop');
    });

    it('of all databases with statements about roles that the server does not know, before any data', async () => {
      await damaged();
      const dump = (await backup([])).toString('latin1');
      const changed = dump
        .replace('ALTER ROLE maker WITH', 'ALTER ROLE maker WISH')
        .replace('ALTER ROLE other WITH', 'ALTER ROLE other WISH');
      const result = await restore([], Buffer.from(changed, 'latin1'));
      expect(result).toMatchObject(refused('ALTER ROLE maker …: unrecognized role option'));
      expect(result.messages).toContain('ALTER ROLE other …: unrecognized role option');
      expect(await rows('shop')).toBe('1');
      expect(await temporaryDatabases(server)).toBe('0');
    });

    it('of all databases as a role that is no superuser', async () => {
      const dump = await backup([]);
      expect(await restore([], dump, { user: 'maker' })).toMatchObject(refused('superuser'));
    });
  });

  describe('restores', () => {
    it('as an owner who may make databases and no more, also what belongs to others', async () => {
      const dump = await damaged(
        ['GRANT SELECT ON t TO other; CREATE EXTENSION pg_trgm; CREATE TABLE u ()'],
        'maker',
      );
      const options = { user: 'maker' };
      for (const args of [[], ['--in-place']]) {
        expect(await restore(['-d', 'shop', ...args], dump, options)).toMatchObject(refused('"postgres"'));
        expect(await restore(['-d', 'shop', '--no-owner', ...args], dump, options)).toMatchObject(restored);
        expect(await rows('shop')).toBe('2');
        const owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'shop'";
        expect(await server.query(owner)).toBe('maker');
        expect(await temporaryDatabases(server)).toBe('0');
      }
    });

    it('under another name', async () => {
      const dump = await damaged([
        "COMMENT ON DATABASE shop IS 'ALTER DATABASE shop'; ALTER DATABASE shop SET work_mem = '7MB'",
      ]);
      expect(await restore(['-d', 'Copy of "it"'], dump)).toMatchObject(restored);
      expect(await rows('Copy of "it"')).toBe('2');
      expect(await server.query('SHOW work_mem', 'Copy of "it"')).toBe('7MB');
      expect(await rows('shop')).toBe('1');
      await drop('"Copy of ""it"""');
    });

    it.each(['postgres', 'template1'])('%s itself', async (name) => {
      await server.query(
        'DROP TABLE IF EXISTS t; CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2)',
        name,
      );
      const dump = await backup(['-d', name]);
      await server.query('DELETE FROM t WHERE a = 1', name);
      expect(await restore(['-d', name], dump)).toMatchObject(restored);
      expect(await rows(name)).toBe('2');
      await server.query('DROP TABLE t', name);
      const template = `SELECT datistemplate FROM pg_database WHERE datname = '${name}'`;
      expect(await server.query(template)).toBe(name === 'postgres' ? 'f' : 't');
    });

    it('in place, and leaves neither when it fails', async () => {
      const dump = await damaged();
      const session = server.query('SELECT pg_sleep(3600)', 'shop').catch(() => 'ended');
      expect(await restore(['-d', 'shop', '--in-place'], dump)).toMatchObject(restored);
      expect(await session).toBe('ended');
      expect(await rows('shop')).toBe('2');
      const cut = dump.subarray(0, dump.length - 4);
      expect(await restore(['-d', 'shop', '--in-place'], cut)).toMatchObject({
        code: 3,
        messages: expect.stringContaining('"shop" is gone'),
      });
      expect(await server.query("SELECT count(*) FROM pg_database WHERE datname = 'shop'")).toBe('0');
      expect(await temporaryDatabases(server)).toBe('0');
    });

    it('whatever the server, the role and the environment impose on sessions', async () => {
      const dump = await damaged(['CREATE INDEX ON t ((a + 1))']);
      await server.query(`CREATE ROLE tight SUPERUSER LOGIN PASSWORD '${server.password}'`);
      const all = await backup([]);
      const settings = [
        ...['statement_timeout = 1', 'lock_timeout = 1', 'idle_in_transaction_session_timeout = 1'],
        ...["datestyle = 'SQL, DMY'", 'default_transaction_isolation = serializable'],
        ...['default_transaction_read_only = on', 'search_path = nowhere', 'client_min_messages = debug1'],
      ];
      const env = {
        ...{ PGOPTIONS: '-c nonsense=1', PGSERVICE: 'nowhere', PGHOSTADDR: '127.0.0.9', PGDATABASE: 'x' },
        ...{
          PGCLIENTENCODING: 'LATIN1',
          PGTZ: 'x',
          PGDATESTYLE: 'x',
          LANG: 'pl_PL.UTF-8',
          PSQLRC: '/dev/full',
        },
      };
      const options = { user: 'tight', env };
      for (const setting of settings) {
        await server.query(`ALTER ROLE tight SET ${setting}`);
      }
      await backup(['-d', 'shop'], options);
      await backup([], options);
      expect(await restore(['-d', 'shop'], dump, options)).toMatchObject({ code: 0 });
      expect(await rows('shop')).toBe('2');
      await server.query('DELETE FROM t', 'shop');
      expect(await restore([], all, options)).toMatchObject({ code: 0 });
      expect(await rows('shop')).toBe('1');
      await server.query('DROP ROLE tight');
    });

    it('all databases from SQL that pg_dumpall wrote without --clean, with databases of ours in it', async () => {
      await damaged();
      await server.query('CREATE DATABASE br_empty_conn_db');
      await server.query('CREATE TABLE ours (a int)', 'br_empty_conn_db');
      await server.query('CREATE TABLE added (a int)');
      const args = ['-h', server.host, '-p', String(server.port), '-U', server.user];
      const env = { PATH: process.env.PATH, PGPASSWORD: server.password };
      const dump = execFileSync(`${server.binFolder}/pg_dumpall`, args, { env });
      await drop('br_empty_conn_db');
      await server.query('DROP TABLE added');
      await server.query('DELETE FROM t', 'shop');
      const cut = dump.subarray(0, dump.length - 60);
      expect(await restore([], cut)).toMatchObject({ code: 6 });
      expect(await server.query("SELECT to_regclass('added') IS NULL")).toBe('t');
      expect(await restore([], dump)).toMatchObject(restored);
      expect(await rows('shop')).toBe('1');
      expect(await server.query("SELECT to_regclass('added') IS NULL")).toBe('f');
      expect(await temporaryDatabases(server)).toBe('0');
      await server.query('DROP TABLE added');
    });

    it('all databases although the password of who restores was another one', async () => {
      await server.query("CREATE ROLE boss SUPERUSER LOGIN PASSWORD 'old'");
      const dump = await backup([]);
      await server.query(`ALTER ROLE boss PASSWORD '${server.password}'`);
      expect(await restore([], dump, { user: 'boss' })).toMatchObject(restored);
      expect(await temporaryDatabases(server)).toBe('0');
      await backup(['-d', 'postgres'], { user: 'boss', env: { PGPASSWORD: 'old' } });
      await server.query('DROP ROLE boss');
    });
  });

  describe('refuses a backup with less in it than there is:', () => {
    it.each([
      ['a table that the role may not read', 'SELECT 1', 'permission denied for table t'],
      [
        'rows that the role may not see',
        'GRANT SELECT ON t TO plain; ALTER TABLE t ENABLE ROW LEVEL SECURITY',
        'row-level security',
      ],
      [
        'a large object that the role may not read',
        'GRANT SELECT ON t TO plain; SELECT lo_from_bytea(99, $$x$$)',
        'large object',
      ],
    ])('%s', async (_what, sql, message) => {
      await damaged([sql]);
      const result = await runPgbr(server, ['backup', '-d', 'shop'], { user: 'plain' });
      expect(result).toMatchObject({ code: 3, messages: expect.stringContaining(message) });
    });

    it('a database that takes no connections', async () => {
      await damaged();
      await server.query('ALTER DATABASE shop ALLOW_CONNECTIONS false');
      expect(await runPgbr(server, ['backup'])).toMatchObject(refused('"shop" would be missing'));
      await backup(['--', '--exclude-database=sh?p*']);
      await drop('shop');
    });
  });
});
