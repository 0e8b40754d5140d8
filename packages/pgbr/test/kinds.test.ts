import { hasPrograms, type Postgres, startPostgres } from '@backup-maker/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clusterState, createOdd, damage, oddRoles, quoted, stateOf } from './odd-database.ts';
import { runPgbr, temporaryDatabases } from './pgbr-process.ts';

const utf8 = "ENCODING UTF8 LOCALE 'C'";
const databases = [
  ['--help', utf8],
  ['UPPER and "quotes" \'\\ ü', "ENCODING LATIN1 LOCALE 'C'"],
  ['ascii;DROP DATABASE x', "ENCODING SQL_ASCII LOCALE 'C'"],
] as const;

describe.skipIf(!hasPrograms('postgres', 'psql', 'pg_dump'))('databases with everything that is odd', () => {
  let source: Postgres;

  beforeAll(async () => {
    source = await startPostgres();
    await source.query(oddRoles);
    for (const [name, creation] of databases) {
      await createOdd(source, name, creation);
    }
  }, 120_000);
  afterAll(() => source?.[Symbol.asyncDispose]());

  async function comesBack(name: string): Promise<void> {
    const before = await stateOf(source, name);
    const { output, code } = await runPgbr(source, ['backup', `--db-name=${name}`]);
    expect(code).toBe(0);
    await damage(source, name);
    expect(await stateOf(source, name)).not.toBe(before);
    const result = await runPgbr(source, ['restore', `--db-name=${name}`], { input: output });
    expect(result).toMatchObject({ code: 0 });
    expect(result.messages).toContain(
      'INDEX public.a_norm, INDEX public.a_norm_u, MATERIALIZED VIEW DATA public.normed',
    );
    expect(await stateOf(source, name)).toBe(before);
    expect(await temporaryDatabases(source)).toBe('0');
  }

  it.each(databases)('%j comes back as it was', comesBack);

  it('comes back with a newline in its name, which pg_dumpall refuses', async () => {
    const name = 'with a\nnewline';
    await createOdd(source, name, utf8);
    expect(await runPgbr(source, ['backup'])).toMatchObject({ code: 3 });
    await comesBack(name);
    await source.query(`ALTER DATABASE ${quoted(name)} IS_TEMPLATE false`);
    await source.query(`DROP DATABASE ${quoted(name)}`);
  });

  it('come back all together, twice', async () => {
    const before = await clusterState(source);
    const dump = (await runPgbr(source, ['backup'])).output;
    for (let time = 0; time < 2; time += 1) {
      await damage(source, databases[time]?.[0] ?? '');
      await source.query('ALTER ROLE app SET work_mem = 64; ALTER ROLE ro LOGIN');
      await source.query('CREATE DATABASE newer OWNER app');
      expect(await runPgbr(source, ['restore'], { input: dump })).toMatchObject({ code: 0 });
      expect(
        await source.query("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'newer'"),
      ).toBe('app');
      await source.query('DROP DATABASE newer');
      expect(await clusterState(source)).toBe(before);
      expect(await temporaryDatabases(source)).toBe('0');
    }
  }, 120_000);

  describe('on another server', () => {
    let target: Postgres;
    beforeEach(async () => {
      target = await startPostgres();
    });
    afterEach(() => target?.[Symbol.asyncDispose]());

    it('come back all together', async () => {
      const dump = (await runPgbr(source, ['backup'])).output;
      expect(await runPgbr(target, ['restore'], { input: dump })).toMatchObject({ code: 0 });
      expect(await clusterState(target)).toBe(await clusterState(source));
      expect(await temporaryDatabases(target)).toBe('0');
    }, 120_000);

    it.each(databases)('%s names its missing roles, and comes back when they are there', async (name) => {
      const { output } = await runPgbr(source, ['backup', `--db-name=${name}`]);
      const args = ['restore', `--db-name=${name}`];
      const refused = await runPgbr(target, args, { input: output });
      expect(refused).toMatchObject({
        code: 4,
        messages: expect.stringContaining('the roles "Röle ""q"" x", "app", "ro"'),
      });
      expect(await target.query('SELECT count(*) FROM pg_database')).toBe('3');
      expect(await runPgbr(target, [...args, '--create-missing-roles'], { input: output })).toMatchObject({
        code: 0,
      });
      expect(await stateOf(target, name)).toBe(await stateOf(source, name));
      expect(await target.query("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'app'")).toBe('f');
    });
  });
});
