import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { hasPrograms, type Postgres, startPostgres } from '@backup-maker/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runPgbr, startPgbr, temporaryDatabases } from './pgbr-process.ts';

describe.skipIf(!hasPrograms('postgres', 'psql'))('a restore that is interrupted', () => {
  let postgres: Postgres;
  const dumps: Record<'one' | 'all', Buffer> = { one: Buffer.alloc(0), all: Buffer.alloc(0) };
  const argsOf = { one: ['restore', '-d', 'shop'], all: ['restore'] };

  beforeAll(async () => {
    postgres = await startPostgres();
    await postgres.query('CREATE DATABASE shop');
    await postgres.query(
      'CREATE TABLE orders AS SELECT id, md5(id::text) AS note FROM generate_series(1, 50000) AS id',
      'shop',
    );
    dumps.one = (await runPgbr(postgres, ['backup', '-d', 'shop', '-Z', '0'])).output;
    dumps.all = (await runPgbr(postgres, ['backup'])).output;
    await postgres.query('UPDATE orders SET note = NULL; CREATE TABLE newer (id int)', 'shop');
  });
  afterAll(() => postgres?.[Symbol.asyncDispose]());

  const isAsBefore = async () => {
    expect(await postgres.query('SELECT count(note), count(*) FROM orders', 'shop')).toBe('0|50000');
    expect(await postgres.query("SELECT to_regclass('newer') IS NULL", 'shop')).toBe('f');
    const closed = "SELECT count(*) FROM pg_database WHERE NOT datallowconn AND datname <> 'template0'";
    expect(await postgres.query(closed)).toBe('0');
  };
  const hasFilled = () =>
    expect
      .poll(
        () =>
          postgres.query("SELECT count(*) FROM pg_stat_activity WHERE datname LIKE 'br\\_restore\\_new%'"),
        { timeout: 20_000 },
      )
      .toBe('1');

  /** Started, with the beginning of the dump. */
  async function startRestore(kind: 'one' | 'all', share: number) {
    const restore = startPgbr(postgres, argsOf[kind]);
    const messages = text(restore.stderr);
    restore.stdin.write(dumps[kind].subarray(0, dumps[kind].length * share));
    await hasFilled();
    return { restore, messages, ended: once(restore, 'exit') };
  }

  describe.each(['one', 'all'] as const)('of %s', (kind) => {
    it.each([1 / 3, 2 / 3, 1])('by SIGTERM, after %d of the dump, leaves all as it was', async (share) => {
      const { restore, ended } = await startRestore(kind, share);
      // The old data are in use meanwhile.
      await isAsBefore();
      restore.kill('SIGTERM');
      restore.kill('SIGTERM');
      expect(await ended).toEqual([1, null]);
      await isAsBefore();
      expect(await temporaryDatabases(postgres)).toBe('0');
    });

    it.each([1 / 3, 2 / 3])('by the end of the dump, after %d of it, leaves all as it was', async (share) => {
      const input = dumps[kind].subarray(0, dumps[kind].length * share);
      const { code } = await runPgbr(postgres, argsOf[kind], { input });
      expect(code).toBe(kind === 'one' ? 3 : 6);
      await isAsBefore();
      expect(await temporaryDatabases(postgres)).toBe('0');
    });
  });

  it('by SIGKILL leaves a database that it names next time', async () => {
    const { restore, ended } = await startRestore('one', 2 / 3);
    restore.kill('SIGKILL');
    await ended;
    await isAsBefore();
    const input = dumps.one.subarray(0, dumps.one.length / 2);
    const next = await runPgbr(postgres, argsOf.one, { input });
    expect(next).toMatchObject({
      code: 3,
      messages: expect.stringMatching(/removed "br_restore_new_\w+", left by/),
    });
    await isAsBefore();
    expect(await temporaryDatabases(postgres)).toBe('0');
  });

  it('by the loss of its own connections leaves all as it was', async () => {
    const { restore, ended } = await startRestore('one', 2 / 3);
    await postgres.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'br\\_%' AND pid <> pg_backend_pid()",
    );
    restore.stdin.end(dumps.one.subarray((dumps.one.length * 2) / 3));
    expect(await ended).toEqual([3, null]);
    await isAsBefore();
    expect(await temporaryDatabases(postgres)).toBe('0');
  });

  it('is the only one of its database', async () => {
    const first = await startRestore('one', 1 / 3);
    const second = await runPgbr(postgres, argsOf.one, { input: dumps.one });
    expect(second).toMatchObject({ code: 4, messages: expect.stringContaining('another restore') });
    first.restore.kill('SIGTERM');
    await first.ended;
    await isAsBefore();
    expect(await temporaryDatabases(postgres)).toBe('0');
  });

  it('because it may not end all sessions is refused before it begins', async () => {
    await postgres.query(`CREATE ROLE owner LOGIN CREATEDB PASSWORD '${postgres.password}'`);
    await postgres.query('CREATE DATABASE owned OWNER owner');
    const { output } = await runPgbr(postgres, ['backup', '-d', 'owned'], { user: 'owner' });
    const session = postgres.query('SELECT pg_sleep(3600)', 'owned').catch(() => {});
    const sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'owned'";
    await expect.poll(() => postgres.query(sessions), { timeout: 10_000 }).toBe('1');
    const result = await runPgbr(postgres, ['restore', '-d', 'owned'], { user: 'owner', input: output });
    expect(result).toMatchObject({ code: 4, messages: expect.stringContaining('sessions of "postgres"') });
    expect(await postgres.query(sessions)).toBe('1');
    await postgres.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'owned'");
    await session;
    expect(await temporaryDatabases(postgres)).toBe('0');
  });
});
