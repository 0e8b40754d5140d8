import { readFile, writeFile } from 'node:fs/promises';
import { hasPrograms, type MariaDb, startMariaDb } from '@backup-maker/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Params, Stage, succeeded } from './stage.ts';

const hasMariaDb = hasPrograms('mariadbd', 'mariadb', 'mariadb-dump', 'mariadb-install-db');
const failed = (message: RegExp) => ({ code: 3, messages: expect.stringMatching(message) });

const objects = `
  CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(20) CHARACTER SET utf8mb4) COMMENT 'it''s; -- no';
  CREATE TABLE orders (id INT PRIMARY KEY, customer INT, note TEXT, data LONGBLOB,
    total INT AS (id * 2) STORED, CONSTRAINT who FOREIGN KEY (customer) REFERENCES customers (id));
  INSERT INTO customers VALUES (1, 'ż€😀'); INSERT INTO orders (id, customer, note, data) VALUES (1, 1, 'a', x'000d0a5c271a22ff');
  CREATE TABLE \`odd \`\`name;\` (\`select\` INT); INSERT INTO \`odd \`\`name;\` VALUES (7);
  CREATE SEQUENCE numbers START WITH 100; SELECT NEXTVAL(numbers);
  CREATE TABLE history (a INT) WITH SYSTEM VERSIONING; INSERT INTO history VALUES (1); UPDATE history SET a = 2;
  CREATE VIEW z AS SELECT id FROM orders; CREATE VIEW a AS SELECT id FROM z; CREATE VIEW \`b \`\`c\` AS SELECT 1;
  CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM orders WHERE id = 99;
  DELIMITER //
  CREATE PROCEDURE clean() BEGIN\r\n  -- keep in step with billing\n  /* second */ SELECT 1; # third\nEND//
  CREATE FUNCTION five() RETURNS INT DETERMINISTIC RETURN 5 //
  CREATE TRIGGER stamp BEFORE INSERT ON orders FOR EACH ROW SET NEW.note = "//;" /* why */ //
  CREATE TRIGGER \`odd \`\`one\` AFTER INSERT ON customers FOR EACH ROW SET @x = 1 //
  DELIMITER ;`;

describe.skipIf(!hasMariaDb)('the restore of one MariaDB database', () => {
  let server: MariaDb;
  let other: MariaDb;
  beforeAll(async () => {
    server = await startMariaDb();
    other = await startMariaDb();
  });
  afterAll(async () => {
    await Promise.all([server?.[Symbol.asyncDispose](), other?.[Symbol.asyncDispose]()]);
  });
  let stage: Stage;
  beforeEach(async () => {
    stage = await Stage.create({ template: 'mariadb', programs: ['mariadb', 'mariadb-dump'] });
    await server.query(`SET FOREIGN_KEY_CHECKS=0; DROP DATABASE IF EXISTS shop;
      CREATE DATABASE shop CHARACTER SET latin1 COMMENT 'of the shop'; USE shop;${objects}`);
    await server.query(`CREATE OR REPLACE DATABASE neighbour; USE neighbour; CREATE TABLE t (a INT);
      INSERT INTO t VALUES (1); CREATE VIEW v AS SELECT * FROM shop.orders`);
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const params = (more: Params = {}) => ({ port: server.port, db: 'shop', ...more });
  const about = async (on: MariaDb) => {
    const shown = ['DATABASE shop', 'TABLE orders', 'TABLE customers', 'TABLE `odd ``name;`', 'TABLE history']
      .concat(['VIEW z', 'VIEW a', 'VIEW `b ``c`', 'EVENT nightly', 'PROCEDURE clean', 'FUNCTION five'])
      .map((name) => `SHOW CREATE ${name};`);
    const text = await on.query(`USE shop; ${shown.join(' ')} SELECT * FROM numbers; SELECT * FROM orders;
      SELECT name FROM customers; SELECT * FROM \`odd \`\`name;\`; SELECT *, row_start, row_end FROM history FOR SYSTEM_TIME ALL;
      SELECT HEX(body_utf8) FROM mysql.proc WHERE db = 'shop'; SELECT COUNT(*) FROM a; SHOW FULL TABLES;
      SELECT TRIGGER_NAME, ACTION_STATEMENT, DEFINER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = 'shop'`);
    return text;
  };
  const databases = (on: MariaDb) => on.query('SHOW DATABASES');
  const neighbour = () => server.query('SELECT * FROM neighbour.t; SHOW CREATE VIEW neighbour.v');
  const change = () =>
    server.query(
      'USE shop; DROP PROCEDURE clean; DROP VIEW z; DROP TRIGGER stamp; DELETE FROM history; CREATE TABLE later (a INT)',
    );

  it.each([false, true])(
    'gives everything back, twice, beside other databases (inPlace: %s)',
    async (inPlace) => {
      const before = [await about(server), await databases(server), await neighbour()];
      expect(await stage.backup({ params: params() })).toEqual(succeeded);
      await change();
      for (const _time of [1, 2]) {
        expect(await stage.restore({ params: params({ inPlace }) })).toEqual({ code: 0, messages: '' });
        expect([await about(server), await databases(server), await neighbour()]).toEqual(before);
      }
    },
  );

  it('gives everything back on an empty server', async () => {
    await other.query('DROP DATABASE IF EXISTS shop');
    expect(await stage.backup({ params: params() })).toEqual(succeeded);
    expect(await stage.restore({ params: params({ port: other.port }) })).toEqual({ code: 0, messages: '' });
    expect(await about(other)).toBe(await about(server));
  });

  it('that is cut leaves an empty server empty, and a setting of the server as it was', async () => {
    await other.query('DROP DATABASE IF EXISTS shop');
    const before = (await databases(other)) + (await other.query('SELECT @@GLOBAL.max_allowed_packet'));
    expect(await stage.backup({ params: params() })).toEqual(succeeded);
    const feedBytes = (await stage.version())?.indexOf('-- Dump completed') ?? 0;
    const options = { params: params({ port: other.port }), feedBytes };
    expect(await stage.restore(options)).toEqual(failed(/not complete/));
    expect((await databases(other)) + (await other.query('SELECT @@GLOBAL.max_allowed_packet'))).toBe(before);
  });

  it.each([
    ['a statement that the server does not take', 'INSERT INTO nowhere VALUES (1);', /did not take the dump/],
    ['another database', 'USE `neighbour`;\nDROP TABLE t;', /another database than the parameter/],
    ['the start of another database', '/*!40000 DROP DATABASE IF EXISTS `neighbour`*/;', /another database/],
  ])('with %s leaves everything as it was', async (_what, statement, message) => {
    expect(await stage.backup({ params: params() })).toEqual(succeeded);
    await server.query('CREATE TABLE shop.later (a INT)');
    const before = [await about(server), await databases(server), await neighbour()];
    const dump = await readFile(stage.at('store/version'), 'latin1');
    await writeFile(stage.at('store/version'), dump.replace(/^USE .*$/m, `$&\n${statement}`), 'latin1');
    expect(await stage.restore({ params: params() })).toEqual(failed(message));
    expect([await about(server), await databases(server), await neighbour()]).toEqual(before);
  });

  it('by a user with rights for this database only is refused before anything is changed', async () => {
    expect(await stage.backup({ params: params() })).toEqual(succeeded);
    await server.query(
      `CREATE OR REPLACE USER weak IDENTIFIED BY 'w'; GRANT ALL ON shop.* TO weak; GRANT SET USER ON *.* TO weak`,
    );
    await server.query('CREATE TABLE shop.later (a INT)');
    const before = await about(server);
    const login = { user: 'weak', password: 'w' };
    expect(await stage.restore({ params: params(login) })).toEqual(failed(/Access denied[\s\S]*inPlace/));
    expect(await about(server)).toBe(before);
  });

  it('takes rows as large as the server does', async () => {
    await server.query("UPDATE shop.orders SET data = REPEAT(x'00ff', 25000000)");
    const sum = 'SELECT LENGTH(data), CRC32(data) FROM shop.orders';
    const before = await server.query(sum);
    expect(await stage.backup({ params: params() })).toEqual(succeeded);
    await server.query('DELETE FROM shop.orders');
    expect(await stage.restore({ params: params() })).toEqual(succeeded);
    expect(await server.query(sum)).toBe(before);
  }, 60_000);

  it('is the same whatever the user has set', async () => {
    const before = await about(server);
    const options = '[client]\nport=1\nskip-comments\n[mariadb-dump]\nno-data\n[mariadb]\nforce\n';
    await writeFile(stage.at('temporary/.my.cnf'), options);
    const environment = {
      MYSQL_HOST: '192.0.2.1',
      MYSQL_TCP_PORT: '1',
      LC_ALL: 'pl_PL.ISO-8859-2',
      MYSQL_GROUP_SUFFIX: 'x',
    };
    expect(await stage.backup({ params: params(), environment })).toEqual(succeeded);
    await change();
    expect(await stage.restore({ params: params(), environment })).toEqual(succeeded);
    expect(await about(server)).toBe(before);
  });

  it('reads the options file that it is told to', async () => {
    await writeFile(stage.at('options'), '[client]\nmax-statement-time=none\n');
    const result = await stage.backup({ params: params({ defaultsFile: stage.at('options') }) });
    expect(result).toEqual(failed(/max-statement-time/));
  });

  it('stores no history that could not be restored, unless its loss is allowed', async () => {
    await server.query(`CREATE TABLE shop.precise (a INT, s BIGINT UNSIGNED GENERATED ALWAYS AS ROW START,
      e BIGINT UNSIGNED GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING`);
    expect(await stage.backup({ params: params() })).toEqual(failed(/precise[\s\S]*allowHistoryLoss/));
    const result = await stage.backup({ params: params({ allowHistoryLoss: true }) });
    expect(result).toEqual({ code: 0, messages: expect.stringMatching(/left out: the history of 2/) });
  });

  it('of all databases leaves them alone when the version is cut', async () => {
    expect(await stage.backup({ params: params({ db: '' }) })).toEqual(succeeded);
    await server.query('CREATE TABLE shop.later (a INT)');
    const before = [await about(server), await databases(server), await neighbour()];
    const feedBytes = (await stage.version())?.indexOf('-- Dump completed') ?? 0;
    expect(await stage.restore({ params: params({ db: '' }), feedBytes })).toEqual(failed(/not complete/));
    expect([await about(server), await databases(server), await neighbour()]).toEqual(before);
    expect(await stage.restore({ params: params({ db: '' }) })).toEqual(succeeded);
  });
});
