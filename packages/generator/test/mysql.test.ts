import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hasPrograms, type MariaDb, runProgram, startMariaDb } from '@backup-maker/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { awkwardTexts, Stage, succeeded } from './stage.ts';

const hasMariaDb = hasPrograms('mariadbd', 'mariadb', 'mariadb-dump', 'mariadb-install-db');

describe.skipIf(!hasMariaDb)('with a MariaDB server', () => {
  let server: MariaDb;
  let stage: Stage;

  beforeAll(async () => {
    server = await startMariaDb();
  });
  afterAll(() => server[Symbol.asyncDispose]());
  afterEach(() => stage[Symbol.asyncDispose]());

  const identifier = (name: string) => `\`${name.replaceAll('`', '``')}\``;
  const literal = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  const params = (more: object) => ({ port: server.port, ...more });

  async function createShop(name: string): Promise<void> {
    await server.query(`DROP DATABASE IF EXISTS ${identifier(name)}; CREATE DATABASE ${identifier(name)};
      USE ${identifier(name)};
      CREATE TABLE orders (id INT PRIMARY KEY, note TEXT, data BLOB);
      INSERT INTO orders SELECT seq, CONCAT('ż€😀', seq), UNHEX(SHA2(seq, 256)) FROM seq_1_to_1000;
      CREATE VIEW recent AS SELECT * FROM orders WHERE id > 900;
      CREATE TRIGGER stamp BEFORE INSERT ON orders FOR EACH ROW SET NEW.note = 'x';`);
  }
  const checksum = (name: string) =>
    server.query(`SELECT COUNT(*), SUM(CRC32(note)), SUM(CRC32(data)) FROM ${identifier(name)}.orders`);
  const tablesOf = (name: string) => server.query(`SHOW TABLES FROM ${identifier(name)}`);

  describe('mysql-dump', () => {
    beforeEach(async () => {
      stage = await Stage.create({ template: 'mysql-dump', programs: ['mysqldump', 'mysql'] });
    });

    it('brings a damaged database back, and nothing that was not in it', async () => {
      await createShop('shop');
      const before = await checksum('shop');
      expect(await stage.backup({ params: params({ db: 'shop' }) })).toEqual(succeeded);
      await server.query(
        'USE shop; DELETE FROM orders WHERE id > 10; DROP VIEW recent; CREATE TABLE junk (id INT);',
      );
      expect(await stage.restore({ params: params({ db: 'shop' }) })).toEqual(succeeded);
      expect(await checksum('shop')).toBe(before);
      expect(await tablesOf('shop')).toBe('orders\nrecent\n');
    });

    it('makes no version when the dump dies half-way', async () => {
      expect(await stage.backup({ params: params({}), breakProgram: 'mysqldump' })).toMatchObject({
        code: 3,
      });
      expect(await stage.version()).toBeUndefined();
    });

    it('says so when the restore dies half-way', async () => {
      await writeFile(stage.at('store/version'), 'SELECT nonsense FROM nowhere;');
      expect(await stage.restore({ params: params({}) })).toMatchObject({ code: 3 });
    });
  });

  describe('mariadb', () => {
    const [dump, client] = ['mariadb-dump', 'mariadb'];
    beforeEach(async () => {
      stage = await Stage.create({ template: 'mariadb', programs: [dump, client] });
    });

    it('brings a damaged database back, and nothing that was not in it', async () => {
      await createShop('shop');
      const before = await checksum('shop');
      expect(await stage.backup({ params: params({ db: 'shop' }) })).toEqual(succeeded);
      await server.query(
        'USE shop; DELETE FROM orders WHERE id > 10; DROP VIEW recent; CREATE TABLE junk (id INT);',
      );
      expect(await stage.restore({ params: params({ db: 'shop' }) })).toEqual(succeeded);
      expect(await checksum('shop')).toBe(before);
      expect(await tablesOf('shop')).toBe('orders\nrecent\n');
      expect(await server.query('SHOW TRIGGERS FROM shop')).toMatch(/^stamp/);
    });

    it('brings a dropped database back', async () => {
      await createShop('shop');
      const before = await checksum('shop');
      await stage.backup({ params: params({ db: 'shop' }) });
      await server.query('DROP DATABASE shop');
      expect(await stage.restore({ params: params({ db: 'shop' }) })).toEqual(succeeded);
      expect(await checksum('shop')).toBe(before);
    });

    it.each(awkwardTexts)('takes names and passwords with %s', async (_what, text) => {
      const [db, user] = [`d${text}`.slice(0, 30), text.trim()];
      await createShop(db);
      await server.query(`CREATE OR REPLACE USER ${literal(user)} IDENTIFIED BY ${literal(text)};
        GRANT ALL ON *.* TO ${literal(user)}`);
      const before = await checksum(db);
      const given = params({ db, user, password: text });
      expect(await stage.backup({ params: given })).toEqual(succeeded);
      await server.query(`DROP DATABASE ${identifier(db)}`);
      expect(await stage.restore({ params: given })).toEqual(succeeded);
      expect(await checksum(db)).toBe(before);
      await server.query(`DROP DATABASE ${identifier(db)}`);
    });

    it('takes a database whose name begins with a dash', async () => {
      await createShop('--all-databases');
      const before = await checksum('--all-databases');
      await stage.backup({ params: params({ db: '--all-databases' }) });
      await server.query('DELETE FROM `--all-databases`.orders');
      expect(await stage.restore({ params: params({ db: '--all-databases' }) })).toEqual(succeeded);
      expect(await checksum('--all-databases')).toBe(before);
      await server.query('DROP DATABASE `--all-databases`');
    });

    it('keeps passwords out of every argument', async () => {
      await server.query(
        "CREATE OR REPLACE USER keeper IDENTIFIED BY 's3cr3t-w0rd'; GRANT ALL ON *.* TO keeper",
      );
      await createShop('shop');
      const given = params({ db: 'shop', user: 'keeper', password: 's3cr3t-w0rd' });
      expect(await stage.backup({ params: given })).toEqual(succeeded);
      expect(await stage.restore({ params: given })).toEqual(succeeded);
      expect(await stage.seenArguments()).toContain('--user=keeper');
      expect(await stage.seenArguments()).not.toContain('s3cr3t-w0rd');
    });

    it('stores an empty database', async () => {
      await server.query('CREATE OR REPLACE DATABASE nothing');
      expect(await stage.backup({ params: params({ db: 'nothing' }) })).toEqual(succeeded);
      await server.query('CREATE TABLE nothing.junk (id INT)');
      expect(await stage.restore({ params: params({ db: 'nothing' }) })).toEqual(succeeded);
      expect(await tablesOf('nothing')).toBe('');
    });

    it('stores all databases with their users', async () => {
      await createShop('shop');
      await createShop('second shop');
      await server.query("CREATE OR REPLACE USER guest IDENTIFIED BY 'g'; GRANT SELECT ON shop.* TO guest");
      const before = await checksum('second shop');
      expect(await stage.backup({ params: params({}) })).toEqual(succeeded);
      await server.query('DROP DATABASE `second shop`; DROP USER guest');
      expect(await stage.restore({ params: params({}) })).toEqual(succeeded);
      expect(await checksum('second shop')).toBe(before);
      const grants = [
        '--no-defaults',
        '--protocol=tcp',
        '--host=127.0.0.1',
        `--port=${server.port}`,
        '--user=guest',
        '-N',
        '-B',
      ];
      expect(
        await runProgram('mariadb', [...grants, '-e', 'SHOW GRANTS'], { env: { MYSQL_PWD: 'g' } }),
      ).toMatch(/SELECT ON `shop`/);
    });

    it('makes no version when the dump dies half-way', async () => {
      await createShop('shop');
      const result = await stage.backup({ params: params({ db: 'shop' }), breakProgram: dump });
      expect(result).toMatchObject({ code: 3 });
      expect(result.messages).toMatch(/connection was lost[\s\S]*no version was made/);
      expect(await stage.version()).toBeUndefined();
    });

    it.each([
      ['a server that is not there', { port: 1 }, /Can't connect/],
      ['a wrong password', { user: 'root', password: 'wrong' }, /Access denied/],
      ['a database that is not there', { db: 'nowhere' }, /Unknown database/],
    ])('makes no version with %s', async (_what, wrong, message) => {
      const result = await stage.backup({ params: params({ db: 'shop', ...wrong }) });
      expect(result.code).toBe(3);
      expect(result.messages).toMatch(message);
      expect(await stage.version()).toBeUndefined();
    });

    it('says so when the restore dies half-way', async () => {
      await createShop('shop');
      await stage.backup({ params: params({ db: 'shop' }) });
      const broken = await stage.restore({ params: params({ db: 'shop' }), breakProgram: client });
      expect(broken.code).toBe(3);
      expect(broken.messages).toMatch(/nothing counts as restored/);
      await writeFile(
        stage.at('store/version'),
        'CREATE DATABASE IF NOT EXISTS shop; SELECT nonsense FROM nowhere;',
      );
      const refused = await stage.restore({ params: params({ db: 'shop' }) });
      expect(refused.code).toBe(3);
      expect(refused.messages).toMatch(/ERROR [\s\S]*nothing counts as restored/);
    });
  });

  it('mariadb stores 100 MB', async () => {
    stage = await Stage.create({ template: 'mariadb', programs: [] });
    await server.query(`CREATE OR REPLACE DATABASE large; USE large;
      CREATE TABLE orders (id INT PRIMARY KEY, note CHAR(1), data LONGTEXT);
      INSERT INTO orders SELECT seq, 'x', REPEAT(SHA2(seq, 512), 8000) FROM seq_1_to_100`);
    const before = await checksum('large');
    expect(await stage.backup({ params: params({ db: 'large' }) })).toEqual(succeeded);
    expect((await stage.version())?.length).toBeGreaterThan(100_000_000);
    await server.query('DROP DATABASE large');
    expect(await stage.restore({ params: params({ db: 'large' }) })).toEqual(succeeded);
    expect(await checksum('large')).toBe(before);
  });

  describe('wordpress', () => {
    beforeEach(async () => {
      stage = await Stage.create({ template: 'wordpress', programs: ['mariadb-dump', 'mariadb', 'tar'] });
      await mkdir(stage.at('wp-content/uploads/2026'), { recursive: true });
      await writeFile(stage.at('wp-content/uploads/2026/-photo.jpg'), Buffer.alloc(100_000, 7));
      await writeFile(stage.at('wp-content/index.php'), '<?php // silence');
      await createShop('wp');
    });
    const site = () => params({ db: 'wp', path: stage.at('wp-content') });

    it('brings database and files back', async () => {
      const before = await checksum('wp');
      await cp(stage.at('wp-content'), stage.at('copy'), { recursive: true });
      expect(await stage.backup({ params: site() })).toEqual({ code: 0, messages: '' });
      await rm(stage.at('wp-content'), { recursive: true });
      await server.query('DROP DATABASE wp');
      expect(await stage.restore({ params: site() })).toEqual({ code: 0, messages: '' });
      expect(await checksum('wp')).toBe(before);
      await runProgram('diff', ['-r', stage.at('copy'), stage.at('wp-content')]);
    });

    it('is an ordinary archive', async () => {
      await stage.backup({ params: site() });
      const names = await runProgram('tar', ['-tzf', stage.at('store/version')]);
      expect(names).toMatch(/^database\.sql\nwp-content\/[^/]+\n/);
      expect(await runProgram('ls', ['-A', stage.at('temporary')])).toBe('');
    });

    it('makes no version when the dump dies half-way', async () => {
      expect(await stage.backup({ params: site(), breakProgram: 'mariadb-dump' })).toMatchObject({ code: 3 });
      expect(await stage.version()).toBeUndefined();
    });

    it('leaves the database alone when the version is cut short', async () => {
      await stage.backup({ params: site() });
      await server.query("INSERT INTO wp.orders VALUES (5000, 'new', '')");
      const before = await checksum('wp');
      const result = await stage.restore({ params: site(), feedBytes: 1000 });
      expect(result).toMatchObject({ code: 3 });
      expect(result.messages).toMatch(/nothing counts as restored/);
      expect(await checksum('wp')).toBe(before);
      expect(await readFile(stage.at('wp-content/index.php'), 'utf8')).toBe('<?php // silence');
    });
  });
});
