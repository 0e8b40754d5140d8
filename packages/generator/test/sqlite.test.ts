import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hasPrograms, runProgram } from '@backup-maker/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeMatrix, type Scene, type Subject } from './matrix.ts';
import { Stage, succeeded } from './stage.ts';

const sql = (file: string, text: string) => runProgram('sqlite3', [file], { input: text });

const createShop = (file: string, journal = 'WAL') =>
  sql(
    file,
    `PRAGMA journal_mode=${journal}; PRAGMA user_version=7; CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT, data BLOB);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
    INSERT INTO orders SELECT i, 'ż€' || i, zeroblob(i % 7) FROM n;`,
  );

const dump = (file: string) => sql(file, 'PRAGMA user_version;\n.dump');

function fileScene(path: string, file = path): Scene {
  return {
    params: { path },
    state: () => dump(file),
    damage: () => sql(file, 'DROP TABLE IF EXISTS orders; CREATE TABLE junk (id); PRAGMA user_version=8;'),
  };
}

const subject: Subject = {
  template: 'sqlite',
  programs: ['sqlite3'],
  dumpProgram: 'sqlite3',
  restoreProgram: 'sqlite3',
  refused: {},
  cutVersion: 'leaves the data alone',
  ordinary: async (stage) => {
    await createShop(stage.at('shop.sqlite'));
    return fileScene(stage.at('shop.sqlite'));
  },
  // Relative to where the script runs: so the name can begin with a dash.
  awkward: async (stage, text) => {
    const name = text.replaceAll('/', '_');
    await createShop(stage.at(name));
    return fileScene(name, stage.at(name));
  },
  empty: async (stage) => {
    await sql(stage.at('shop.sqlite'), 'VACUUM');
    return fileScene(stage.at('shop.sqlite'));
  },
  large: async (stage) => {
    const file = stage.at('shop.sqlite');
    await sql(
      file,
      `CREATE TABLE orders (id INTEGER PRIMARY KEY, data BLOB);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
      INSERT INTO orders SELECT i, randomblob(1000000) FROM n;`,
    );
    return {
      params: { path: file },
      state: () =>
        sql(
          file,
          'SELECT count(*), sum(length(data)), group_concat(hex(substr(data, 500000, 8))) FROM orders',
        ),
      damage: () => sql(file, 'DELETE FROM orders WHERE id > 50'),
      sizeBytes: async () => Number(await sql(file, 'SELECT sum(length(data)) FROM orders')),
    };
  },
};

describe.skipIf(!hasPrograms('sqlite3'))('a SQLite database', () => {
  describeMatrix(subject);

  let stage: Stage;
  let path: string;
  beforeEach(async () => {
    stage = await Stage.create(subject);
    path = stage.at('shop.sqlite');
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  it.each(['WAL', 'DELETE'])('with journal %s is stored without a word', async (journal) => {
    await createShop(path, journal);
    const before = await dump(path);
    expect(await stage.backup({ params: { path } })).toEqual({ code: 0, messages: '' });
    await sql(path, 'DELETE FROM orders WHERE id > 10');
    expect(await stage.restore({ params: { path } })).toEqual({ code: 0, messages: '' });
    expect(await dump(path)).toBe(before);
  });

  it('is restored where there is none', async () => {
    await createShop(path);
    await stage.backup({ params: { path } });
    const elsewhere = stage.at('new/folder/shop.sqlite');
    expect(await stage.restore({ params: { path: elsewhere } })).toEqual(succeeded);
    expect(await dump(elsewhere)).toBe(await dump(path));
  });

  it('that is not there makes no version, and no file either', async () => {
    const result = await stage.backup({ params: { path: stage.at('nowhere.sqlite') } });
    expect(result).toEqual({ code: 3, messages: expect.stringMatching(/there is no database .*nowhere/) });
    expect(await runProgram('ls', [stage.folder])).not.toContain('nowhere');
  });

  it('that is a folder makes no version', async () => {
    await mkdir(stage.at('folder'));
    expect(await stage.backup({ params: { path: stage.at('folder') } })).toMatchObject({ code: 3 });
  });

  it('is left alone when the version is no database', async () => {
    await createShop(path);
    await stage.backup({ params: { path } });
    const before = await dump(path);
    await writeFile(stage.at('store/version'), 'nonsense '.repeat(1000));
    const result = await stage.restore({ params: { path } });
    expect(result).toEqual({ code: 3, messages: expect.stringMatching(/nothing counts as restored/) });
    expect(await dump(path)).toBe(before);
  });

  it('is asked and answers the same whatever the user has set', async () => {
    await createShop(path);
    const before = await dump(path);
    await writeFile(stage.at('temporary/.sqliterc'), '.headers on\n.mode box\nPRAGMA busy_timeout=5000;\n');
    expect(await stage.backup({ params: { path } })).toEqual(succeeded);
    expect(await stage.restore({ params: { path } })).toEqual(succeeded);
    expect(await dump(path)).toBe(before);
    // SQLite's program looks for the file in the home folder of /etc/passwd too.
    const arguments_ = await stage.seenArguments();
    expect(arguments_.split('-init\n/dev/null\n').length).toBe(arguments_.split('/sqlite3\n').length);
  });

  it('is restored over one with pages of another size, whatever the journal', async () => {
    await createShop(path);
    const before = await dump(path);
    expect(await stage.backup({ params: { path } })).toEqual(succeeded);
    await rm(path);
    await sql(path, 'PRAGMA page_size=8192; PRAGMA journal_mode=WAL; CREATE TABLE junk (id)');
    for (const _time of [1, 2]) {
      expect(await stage.restore({ params: { path } })).toEqual({ code: 0, messages: '' });
      expect(await dump(path)).toBe(before);
    }
  });

  it('replaces a file that is no database, which it keeps', async () => {
    await createShop(path);
    const before = await dump(path);
    expect(await stage.backup({ params: { path } })).toEqual(succeeded);
    const junk = 'nonsense '.repeat(1000);
    await writeFile(path, junk, { mode: 0o600 });
    const result = await stage.restore({ params: { path } });
    expect(result).toEqual({ code: 0, messages: expect.stringMatching(/kept as .*damaged/) });
    expect(await dump(path)).toBe(before);
    const kept = (await readdir(stage.folder)).find((name) => name.includes('.damaged-')) ?? '';
    expect(await readFile(stage.at(kept), 'utf8')).toBe(junk);
  });

  it('that needs functions of its application is stored and restored', async () => {
    await sql(path, 'CREATE TABLE t (a); CREATE INDEX i ON t (abs(a)); INSERT INTO t VALUES (1)');
    await sql(
      path,
      "PRAGMA writable_schema=1; UPDATE sqlite_schema SET sql=replace(sql, 'abs(a)', 'own(a)') WHERE name='i'",
    );
    const bytes = await readFile(path);
    expect(await stage.backup({ params: { path } })).toEqual({ code: 0, messages: '' });
    await rm(path);
    expect(await stage.restore({ params: { path } })).toEqual({ code: 0, messages: '' });
    expect((await readFile(path)).subarray(4096)).toEqual(bytes.subarray(4096));
  });

  it('that is damaged makes no version', async () => {
    await createShop(path, 'DELETE');
    const bytes = await readFile(path);
    bytes.fill(0xee, 2 * 4096, 4 * 4096);
    await writeFile(path, bytes);
    expect(await stage.backup({ params: { path } })).toEqual({
      code: 3,
      messages: expect.stringMatching(/damaged/),
    });
  });

  it('is left alone by a version without a byte, and by one that is cut between pages', async () => {
    await createShop(path);
    expect(await stage.backup({ params: { path } })).toEqual(succeeded);
    await sql(path, 'CREATE TABLE later (id)');
    const before = await dump(path);
    for (const feedBytes of [0, 4096, 8192]) {
      expect(await stage.restore({ params: { path }, feedBytes })).toMatchObject({ code: 3 });
      expect(await dump(path)).toBe(before);
    }
  });
});
