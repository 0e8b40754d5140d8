import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { hasPrograms, type Postgres, startPostgres } from '@backup-maker/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const launcher = new URL('../bin/pgbr.js', import.meta.url).pathname;

describe.skipIf(!hasPrograms('postgres', 'psql'))('a restore that is interrupted', () => {
  let postgres: Postgres;

  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres[Symbol.asyncDispose]());

  function startRestore(database: string, user = postgres.user): ChildProcess {
    const connection = ['-H', postgres.host, '-p', String(postgres.port), '-U', user];
    return spawn(process.execPath, [launcher, 'db', 'restore', ...connection, '-d', database], {
      env: { PATH: `${postgres.binFolder}:${process.env.PATH}`, PGPASSWORD: postgres.password },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
  }
  const isOpen = (name: string) =>
    postgres.query(`SELECT datallowconn FROM pg_database WHERE datname = '${name}'`);
  const running = (query: string, waitsFor: string) =>
    expect
      .poll(
        () =>
          postgres.query(
            `SELECT count(*) FROM pg_stat_activity WHERE query LIKE '${query}' AND wait_event_type = '${waitsFor}'`,
          ),
        { timeout: 10_000 },
      )
      .toBe('1');
  const closed = (name: string) => expect.poll(() => isOpen(name), { timeout: 20_000 }).toBe('f');

  it('leaves the database open, also when it is told twice to end', async () => {
    await postgres.query('CREATE DATABASE cancelled');
    const restore = startRestore('cancelled');
    await closed('cancelled');
    // Somebody who changes it too keeps it from being opened for a while.
    const other = postgres
      .query('BEGIN; ALTER DATABASE cancelled CONNECTION LIMIT 5; SELECT pg_sleep(3600)')
      .catch(() => {});
    await running('%pg_sleep%', 'Timeout');
    const ended = once(restore, 'exit');
    restore.kill('SIGTERM');
    await running('ALTER DATABASE%', 'Lock');
    restore.kill('SIGTERM');
    await postgres.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'BEGIN%'");
    await other;
    expect(await ended).toEqual([1, null]);
    expect(await isOpen('cancelled')).toBe('t');
  });

  it('leaves the database open although its own connection was ended', async () => {
    await postgres.query('CREATE DATABASE idle');
    const restore = startRestore('idle');
    await closed('idle');
    const own = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgbr'";
    await expect.poll(() => postgres.query(own)).toBe('t');
    restore.stdin?.end('no dump');
    expect(await once(restore, 'exit')).toEqual([3, null]);
    expect(await isOpen('idle')).toBe('t');
  });

  it('leaves the database open when it may not end all sessions', async () => {
    await postgres.query(`CREATE ROLE owner LOGIN CREATEDB PASSWORD '${postgres.password}'`);
    await postgres.query('CREATE DATABASE owned OWNER owner');
    const session = postgres.query('SELECT pg_sleep(3600)', 'owned').catch(() => {});
    const sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'owned'";
    await expect.poll(() => postgres.query(sessions), { timeout: 10_000 }).toBe('1');
    expect(await once(startRestore('owned', 'owner'), 'exit')).toEqual([1, null]);
    expect(await isOpen('owned')).toBe('t');
    await postgres.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'owned'");
    await session;
  });
});
