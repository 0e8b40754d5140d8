import { mkdir, rm, writeFile } from 'node:fs/promises';
import { hasPrograms, runProgram } from '@backup-maker/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awkwardTexts, Stage, succeeded } from './stage.ts';

describe.skipIf(!hasPrograms('sqlite3'))('sqlite', () => {
  let stage: Stage;
  let path: string;

  beforeEach(async () => {
    stage = await Stage.create({ template: 'sqlite', programs: ['sqlite3'] });
    path = stage.at('shop.sqlite');
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const sql = (text: string, file = path) => runProgram('sqlite3', [file], { input: text });
  const createShop = (file = path, journal = 'WAL') =>
    sql(
      `PRAGMA journal_mode=${journal}; PRAGMA user_version=7; CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT, data BLOB);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
      INSERT INTO orders SELECT i, 'ż€' || i, zeroblob(i % 7) FROM n;`,
      file,
    );
  const content = (file = path) =>
    sql(
      'PRAGMA user_version; SELECT count(*), sum(length(note)), group_concat(quote(data)) FROM orders;',
      file,
    );

  it.each(['WAL', 'DELETE'])('brings a damaged database with journal %s back', async (journal) => {
    await createShop(path, journal);
    const before = await content();
    expect(await stage.backup({ params: { path } })).toEqual({ code: 0, messages: '' });
    await sql('DELETE FROM orders WHERE id > 10; CREATE TABLE junk (id); PRAGMA user_version=8;');
    expect(await stage.restore({ params: { path } })).toEqual({ code: 0, messages: '' });
    expect(await content()).toBe(before);
    expect(await sql("SELECT count(*) FROM sqlite_schema WHERE name = 'junk'")).toBe('0\n');
    expect(await runProgram('ls', ['-A', stage.at('temporary')])).toBe('');
  });

  it('brings a database back that is not there', async () => {
    await createShop();
    const before = await content();
    await stage.backup({ params: { path } });
    const elsewhere = stage.at('new/folder/shop.sqlite');
    expect(await stage.restore({ params: { path: elsewhere } })).toEqual(succeeded);
    expect(await content(elsewhere)).toBe(before);
  });

  it.each(awkwardTexts)('takes a path with %s, relative to where it runs', async (_what, text) => {
    const name = text.replaceAll('/', '_');
    await createShop(stage.at(name));
    const before = await content(stage.at(name));
    expect(await stage.backup({ params: { path: name } })).toEqual(succeeded);
    await rm(stage.at(name));
    expect(await stage.restore({ params: { path: name } })).toEqual(succeeded);
    expect(await content(stage.at(name))).toBe(before);
  });

  it('stores an empty database', async () => {
    await sql('VACUUM');
    expect(await stage.backup({ params: { path } })).toEqual(succeeded);
    await createShop();
    expect(await stage.restore({ params: { path } })).toEqual(succeeded);
    expect(await sql('SELECT count(*) FROM sqlite_schema')).toBe('0\n');
  });

  it('stores 100 MB', async () => {
    await sql(`CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT, data BLOB);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
      INSERT INTO orders SELECT i, 'x', randomblob(1000000) FROM n;`);
    const sum = () => sql('SELECT count(*), sum(length(data)), hex(substr(data, 500000, 8)) FROM orders');
    const before = await sum();
    expect(await stage.backup({ params: { path } })).toEqual(succeeded);
    await sql('DELETE FROM orders');
    expect(await stage.restore({ params: { path } })).toEqual(succeeded);
    expect(await sum()).toBe(before);
  });

  it('makes no version of what is not there, and no file either', async () => {
    const result = await stage.backup({ params: { path: stage.at('nowhere.sqlite') } });
    expect(result.code).toBe(3);
    expect(result.messages).toMatch(/there is no database .*nowhere/);
    expect(await runProgram('ls', [stage.folder])).not.toContain('nowhere');
  });

  it('makes no version when the program dies half-way', async () => {
    await createShop();
    expect(await stage.backup({ params: { path }, breakProgram: 'sqlite3' })).toMatchObject({ code: 3 });
    expect(await stage.version()).toBeUndefined();
  });

  it.each([
    ['cut short', (version: Buffer) => version.subarray(0, 10_000)],
    ['no database', () => Buffer.from('nonsense '.repeat(1000))],
  ])('leaves the database alone when the version is %s', async (_what, damage) => {
    await createShop();
    await stage.backup({ params: { path } });
    const before = await content();
    await writeFile(stage.at('store/version'), damage((await stage.version()) ?? Buffer.alloc(0)));
    const result = await stage.restore({ params: { path } });
    expect(result.code).toBe(3);
    expect(result.messages).toMatch(/nothing counts as restored/);
    expect(await content()).toBe(before);
  });

  it('makes no version of a folder', async () => {
    await mkdir(stage.at('folder'));
    expect(await stage.backup({ params: { path: stage.at('folder') } })).toMatchObject({ code: 3 });
  });
});
