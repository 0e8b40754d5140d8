import { chmod, symlink, writeFile } from 'node:fs/promises';
import { hasPrograms, type Postgres, startPostgres } from '@backup-maker/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeMatrix, type Scene, type Subject } from './matrix.ts';
import { type Params, Stage, succeeded } from './stage.ts';

const pgbr = new URL('../../pgbr/bin/pgbr.js', import.meta.url).pathname;
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

describe.skipIf(!hasPrograms('postgres', 'psql', 'pg_dump'))('a PostgreSQL server', () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const params = (more: Params = {}) => ({
    ...{ hostname: server.host, port: server.port, password: server.password },
    ...more,
  });

  async function createDatabase(name: string): Promise<void> {
    await server.query(`DROP DATABASE IF EXISTS ${quoted(name)}`);
    await server.query(`CREATE DATABASE ${quoted(name)}`);
  }

  async function createShop(name: string): Promise<Scene> {
    await createDatabase(name);
    await server.query(
      "CREATE TABLE orders AS SELECT id, 'ż€' || id AS note, sha256(id::text::bytea) AS data FROM generate_series(1, 1000) AS id",
      name,
    );
    return shopScene(name);
  }

  /** A database whose table, if it has one, has rows with data. */
  function shopScene(db: string, more: Params = {}): Scene {
    return {
      params: params({ db, ...more }),
      state: async () => {
        const tables = await server.query(
          "SELECT string_agg(tablename, ',' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'public'",
          db,
        );
        const rows = "SELECT count(*), md5(string_agg(id || note || data, '' ORDER BY id)) FROM orders";
        return tables.includes('orders') ? `${tables} ${await server.query(rows, db)}` : tables;
      },
      damage: () => server.query('DROP TABLE IF EXISTS orders; CREATE TABLE junk (id int)', db),
    };
  }

  const subject: Subject = {
    template: 'postgres',
    programs: ['pg_dump', 'pg_dumpall', 'pg_restore', 'psql'],
    dumpProgram: 'pg_dump',
    restoreProgram: 'pg_restore',
    refused: {},
    cutVersion: 'leaves the data alone',
    prepare: async (stage) => {
      const launcher = `#!/bin/sh\nexec '${process.execPath}' '${pgbr}' "$@"\n`;
      await writeFile(stage.at('bin/pgbr'), launcher);
      await chmod(stage.at('bin/pgbr'), 0o755);
    },
    ordinary: () => createShop('shop'),
    awkward: async (stage, text) => {
      const [db, user, connectionDatabase] = [`d${text}`, `u${text}`, `c${text}`];
      await createShop(db);
      await createDatabase(connectionDatabase);
      await server.query(`CREATE ROLE ${quoted(user)} SUPERUSER LOGIN PASSWORD ${literal(text)}`);
      // A socket's folder can have any name but for commas, which part several hosts.
      const hostname = stage.at(`h${text.replaceAll(/[/,]/g, '_')}`);
      await symlink(await server.query('SHOW unix_socket_directories'), hostname);
      const extraArguments = [`--exclude-table=${quoted(text)}`];
      return {
        ...shopScene(db, {
          ...{ hostname, user, password: text, connectionDatabase, extraArguments },
          searchPath: quoted(text),
          restoreArguments: [`--exclude-schema=${quoted(text)}`],
        }),
        // pg_dumpall refuses names with newlines.
        remove: async () => {
          for (const name of [db, connectionDatabase]) await server.query(`DROP DATABASE ${quoted(name)}`);
          await server.query(`DROP ROLE ${quoted(user)}`);
        },
      };
    },
    empty: async () => {
      await createDatabase('nothing');
      return shopScene('nothing');
    },
    large: async () => {
      await createDatabase('large');
      await server.query(
        "CREATE TABLE orders AS SELECT id, 'x' AS note, repeat(sha256(id::text::bytea)::text, 7700) AS data FROM generate_series(1, 200) AS id",
        'large',
      );
      return {
        ...shopScene('large', { compressionLevel: 0 }),
        sizeBytes: async () => Number(await server.query('SELECT sum(length(data)) FROM orders', 'large')),
        remove: () => server.query('DROP DATABASE large'),
      };
    },
  };
  describeMatrix(subject);

  let stage: Stage;
  beforeEach(async () => {
    stage = await Stage.create(subject);
    await subject.prepare?.(stage);
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  it('stores the whole cluster with its roles', async () => {
    const { state } = await createShop('shop');
    await server.query("CREATE ROLE guest LOGIN PASSWORD 'g'");
    const before = await state();
    expect(await stage.backup({ params: params() })).toEqual(succeeded);
    await server.query('DROP DATABASE shop');
    await server.query('DROP ROLE guest');
    expect(await stage.restore({ params: params() })).toEqual(succeeded);
    expect(await state()).toBe(before);
    expect(await server.query("SELECT count(*) FROM pg_roles WHERE rolname = 'guest'")).toBe('1');
  });

  it.each([
    ['a server that is not there', { port: 1 }, /connect/i],
    ['a wrong password', { password: 'wrong' }, /password authentication failed/],
    ['a database that is not there', { db: 'nowhere' }, /"nowhere" does not exist/],
  ])('makes no version with %s', async (_what, wrong, message) => {
    const result = await stage.backup({ params: params({ db: 'shop', ...wrong }) });
    expect(result).toEqual({ code: 3, messages: expect.stringMatching(message) });
    expect(await stage.version()).toBeUndefined();
  });

  it('makes missing roles, and gives objects to who restores, where that is asked for', async () => {
    const { params: given, state } = await createShop('shop');
    const before = await state();
    await server.query('CREATE ROLE seller; CREATE ROLE reader');
    await server.query('ALTER TABLE orders OWNER TO seller; GRANT SELECT ON orders TO reader', 'shop');
    expect(await stage.backup({ params: given })).toEqual(succeeded);
    await server.query('DROP TABLE orders', 'shop');
    await server.query('DROP ROLE seller; DROP ROLE reader');
    expect(await stage.restore({ params: given })).toMatchObject({
      code: 3,
      messages: expect.stringContaining('the roles "reader", "seller"'),
    });
    const asked = { ...given, createMissingRoles: true, noOwner: true };
    expect(await stage.restore({ params: asked })).toMatchObject({ code: 0 });
    expect(await state()).toBe(before);
    const owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'orders'";
    expect(await server.query(owner, 'shop')).toBe('postgres');
    expect(
      await stage.restore({ params: { ...given, noOwner: true, noPrivileges: true, inPlace: true } }),
    ).toEqual(succeeded);
  });

  it('lets clients in again after a restore that was cut short', async () => {
    const { params: given } = await createShop('shop');
    await stage.backup({ params: given });
    expect(await stage.restore({ params: given, feedBytes: 3000 })).toMatchObject({ code: 3 });
    expect(await server.query("SELECT datallowconn FROM pg_database WHERE datname = 'shop'")).not.toBe('f');
  });
});
