import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { hasPrograms, type Postgres, startPostgres } from '@backup-maker/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const launcher = new URL('../bin/pgbr.js', import.meta.url).pathname;

describe.skipIf(!hasPrograms('postgres', 'psql'))('pgbr with PostgreSQL', () => {
  let postgres: Postgres;

  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres[Symbol.asyncDispose]());

  async function pgbr(
    args: readonly string[],
    input: Uint8Array = Buffer.alloc(0),
    login: Readonly<Record<string, string>> = { PGPASSWORD: postgres.password },
    { host, port }: { readonly host: string; readonly port: number } = postgres,
  ) {
    const connection = ['-H', host, '-p', String(port), '-U', postgres.user];
    const [operation = '', ...rest] = args;
    const child = spawn(process.execPath, [launcher, 'db', operation, ...connection, ...rest], {
      env: { PATH: `${postgres.binFolder}:${process.env.PATH}`, ...login },
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const [output, messages, [code]] = await Promise.all([
      buffer(child.stdout),
      buffer(child.stderr),
      once(child, 'close'),
    ]);
    return { output, messages: messages.toString(), code };
  }

  const createShop = async (name: string) => {
    await postgres.query(`CREATE DATABASE "${name.replaceAll('"', '""')}"`);
    await postgres.query('CREATE TABLE orders AS SELECT generate_series(1, 1000) AS id', name);
  };
  const ordersOf = (name: string) => postgres.query('SELECT count(*), sum(id) FROM orders', name);
  const technicalDatabases = () =>
    postgres.query("SELECT count(*) FROM pg_database WHERE datname = 'br_empty_conn_db'");

  it.each([['shop'], ['My Shop'], ['a"b\'c'], ["it's \\ %s"], ['host=elsewhere'], ['ŻÓŁW']])(
    'dumps and restores the database %s, also over a damaged one',
    async (name) => {
      await createShop(name);
      const dump = await pgbr(['backup', '-d', name]);
      expect(dump).toMatchObject({ code: 0, messages: '' });
      await postgres.query('DELETE FROM orders; CREATE TABLE junk (id int)', name);
      expect(await pgbr(['restore', '-d', name], dump.output)).toMatchObject({ code: 0, messages: '' });
      expect(await ordersOf(name)).toBe('1000|500500');
      expect(await postgres.query("SELECT to_regclass('junk') IS NULL", name)).toBe('t');
      expect(await technicalDatabases()).toBe('0');
    },
  );

  it('restores a database that was dropped', async () => {
    await createShop('dropped');
    const { output } = await pgbr(['backup', '-d', 'dropped', '-Z', '0']);
    await postgres.query('DROP DATABASE dropped');
    expect(await pgbr(['restore', '-d', 'dropped'], output)).toMatchObject({ code: 0 });
    expect(await ordersOf('dropped')).toBe('1000|500500');
  });

  it('ends the sessions of clients that are connected', async () => {
    await createShop('busy');
    const { output } = await pgbr(['backup', '-d', 'busy']);
    const session = postgres.query('SELECT pg_sleep(3600)', 'busy').catch((error: Error) => error.message);
    await expect
      .poll(() => postgres.query("SELECT count(*) FROM pg_stat_activity WHERE datname = 'busy'"), {
        timeout: 10_000,
      })
      .toBe('1');
    expect(await pgbr(['restore', '-d', 'busy'], output)).toMatchObject({ code: 0 });
    expect(await session).toContain('terminating connection');
    expect(await ordersOf('busy')).toBe('1000|500500');
  });

  it.each([
    ['no dump at all', () => Buffer.from('<html>502 Bad Gateway</html>')],
    ['a dump that was cut off', (dump: Buffer) => dump.subarray(0, dump.length - 300)],
    ['nothing', () => Buffer.alloc(0)],
  ])('leaves the database open for connections after a restore that failed: %s', async (_name, damage) => {
    const name = 'unlucky';
    await postgres.query(`DROP DATABASE IF EXISTS ${name}`);
    await createShop(name);
    const { output } = await pgbr(['backup', '-d', name, '-Z', '0']);
    const result = await pgbr(['restore', '-d', name], damage(output));
    expect(result).toMatchObject({ code: 3, messages: expect.stringContaining('pg_restore failed') });
    expect(await postgres.query('SELECT 1', name)).toBe('1');
    expect(await technicalDatabases()).toBe('0');
  });

  it('dumps and restores everything, with roles', async () => {
    await createShop('all1');
    await postgres.query('CREATE ROLE "App User"; ALTER DATABASE all1 OWNER TO "App User"');
    const dump = await pgbr(['backup']);
    expect(dump).toMatchObject({ code: 0, messages: '' });
    await postgres.query('DROP DATABASE all1');
    await postgres.query('DROP ROLE "App User"');
    expect(await pgbr(['restore'], dump.output)).toMatchObject({ code: 0 });
    expect(await ordersOf('all1')).toBe('1000|500500');
    const owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'all1'";
    expect(await postgres.query(owner)).toBe('App User');
    expect(await postgres.query('SELECT count(*) FROM pg_database WHERE NOT datallowconn')).toBe('1');
  });

  it('passes further arguments on', async () => {
    await createShop('extra');
    const { output } = await pgbr(['backup', '-d', 'extra', '--', '--schema-only']);
    await pgbr(['restore', '-d', 'extra'], output);
    expect(await postgres.query('SELECT count(*) FROM orders', 'extra')).toBe('0');
  });

  it('says so when the dump cannot be written', async () => {
    await createShop('unwritten');
    const args = ['db', 'backup', '-H', postgres.host, '-p', String(postgres.port), '-U', postgres.user];
    await using full = await open('/dev/full', 'w');
    const child = spawn(process.execPath, [launcher, ...args, '-d', 'unwritten'], {
      env: { PATH: `${postgres.binFolder}:${process.env.PATH}`, PGPASSWORD: postgres.password },
      stdio: ['ignore', full.fd, 'ignore'],
    });
    expect(await once(child, 'close')).toEqual([3, null]);
  });

  it.each([
    [['backup', '-d', 'no-such-database'], 3, 'does not exist'],
    [['restore', '-D', 'no-such-database', '-d', 'x'], 5, 'cannot connect'],
    [['backup', '-Z', '12'], 2, 'from 0 to 9'],
    [['backup', '-d', 'x'.repeat(64)], 2, '63 bytes'],
    [['dance'], 2, 'unknown command'],
  ])('explains what is wrong with %j', async (args, code, message) => {
    expect(await pgbr(args)).toMatchObject({ code, messages: expect.stringContaining(message) });
  });

  describe('without a password in the environment', () => {
    let home: string;
    let dump: Buffer;

    beforeAll(async () => {
      home = await mkdtemp(join(tmpdir(), 'pgbr-'));
      await createShop('filed');
      dump = (await pgbr(['backup', '-d', 'filed', '-Z', '0'])).output;
    });
    afterAll(() => rm(home, { recursive: true }));

    /** Gives its path, too. */
    const writePasswords = async (name: string, line: string, mode = 0o600) => {
      const password = postgres.password.replaceAll(/[\\:]/g, '\\$&');
      const text = `other:*:*:*:x\n${line.replace('PASSWORD', password)}\n*:*:*:*:behind-the-right-one\n`;
      await rm(join(home, name), { force: true });
      await writeFile(join(home, name), text, { mode });
      return join(home, name);
    };

    it.each([['*:*:*:*:PASSWORD'], ['*:*:filed:*:PASSWORD']])('takes it from ~/.pgpass: %s', async (line) => {
      await writePasswords('.pgpass', line);
      const login = { HOME: home, PGPASSWORD: '' };
      expect(await pgbr(['backup', '-d', 'filed'], undefined, login)).toMatchObject({
        code: 0,
        messages: '',
      });
      expect(await pgbr(['restore', '-d', 'filed'], dump, login)).toMatchObject({ code: 0, messages: '' });
      expect(await ordersOf('filed')).toBe('1000|500500');
    });

    it('gives it to tools in a container, where that file is not', async () => {
      await writePasswords('.pgpass', '*:*:*:*:PASSWORD');
      // In the place of Docker: a program with that environment alone.
      const docker = `#!/bin/bash\n[[ "$*" =~ --entrypoint=([a-z_]+)\\ postgres:16\\ (.*) ]]
while [ "$1" != postgres:16 ]; do shift; done
exec env -i PATH="$PATH" PGPASSWORD="$PGPASSWORD" "\${BASH_REMATCH[1]}" "\${@:2}"\n`;
      await writeFile(join(home, 'docker'), docker, { mode: 0o755 });
      const login = {
        HOME: home,
        PATH: `${home}:${postgres.binFolder}:${process.env.PATH}`,
        PGBR_USE_CONTAINER: 'true',
        POSTGRES_VERSION: '16',
      };
      expect(await pgbr(['restore', '-d', 'filed'], dump, login)).toMatchObject({ code: 0, messages: '' });
      expect(await ordersOf('filed')).toBe('1000|500500');
    });

    it('says what is missing, before it closes the database', async () => {
      const login = { HOME: home, PGPASSFILE: join(home, 'missing') };
      const started = performance.now();
      expect(await pgbr(['restore', '-d', 'filed'], dump, login)).toMatchObject({
        code: 5,
        messages: expect.stringContaining('set PGPASSWORD'),
      });
      expect(performance.now() - started).toBeLessThan(20_000);
      expect(await postgres.query("SELECT datallowconn FROM pg_database WHERE datname = 'filed'")).toBe('t');
    });

    it('takes a password up to its colon, as libpq does', async () => {
      const lines = `*:*:*:${postgres.user}:${postgres.password}:more\n`;
      await writeFile(join(home, 'more'), lines, { mode: 0o600 });
      expect(await pgbr(['restore', '-d', 'filed'], dump, { PGPASSFILE: join(home, 'more') })).toMatchObject({
        code: 0,
        messages: '',
      });
    });

    it('does not read a file that others may read, and says so', async () => {
      const file = await writePasswords('open', '*:*:*:*:PASSWORD', 0o640);
      expect(await pgbr(['restore', '-d', 'filed'], dump, { PGPASSFILE: file })).toMatchObject({
        code: 5,
        messages: expect.stringContaining(`${file} is not read`),
      });
    });
  });

  it('ends although the server does not hang up', async () => {
    await createShop('held');
    const { output } = await pgbr(['backup', '-d', 'held', '-Z', '0']);
    const proxy = createServer({ allowHalfOpen: true }, (client) => {
      const server = client.pipe(connect(postgres));
      server.on('data', (data) => client.write(data));
      client.on('error', () => server.destroy());
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const { port } = proxy.address() as AddressInfo;
    const result = await pgbr(['restore', '-d', 'held'], output, undefined, { host: '127.0.0.1', port });
    expect(result).toMatchObject({ code: 0, messages: '' });
    expect(await technicalDatabases()).toBe('0');
    proxy.close();
  });

  it('does not show the password when the login fails', async () => {
    const result = await pgbr(['restore', '-d', 'shop'], Buffer.alloc(0), { PGPASSWORD: 'wrong-secret' });
    expect(result).toMatchObject({
      code: 5,
      messages: expect.stringContaining('password authentication failed'),
    });
    expect(result.messages).not.toContain('wrong-secret');
  });
});
