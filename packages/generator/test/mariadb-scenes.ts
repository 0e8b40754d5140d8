import type { MariaDb } from '@backup-maker/testing';
import type { LargeScene, Scene } from './matrix.ts';

const identifier = (name: string) => `\`${name.replaceAll('`', '``')}\``;
const literal = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/** What can be told and changed of a database; its parameters are those of the template. */
export type DatabaseScene = Omit<Scene, 'params'>;

/** Databases of a MariaDB server for tests to store. */
export class MariaDbScenes {
  readonly #server: MariaDb;

  constructor(server: MariaDb) {
    this.#server = server;
  }

  async shop(name: string): Promise<DatabaseScene> {
    await this.#server.query(`CREATE OR REPLACE DATABASE ${identifier(name)}; USE ${identifier(name)};
      CREATE TABLE orders (id INT PRIMARY KEY, note TEXT, data BLOB);
      INSERT INTO orders SELECT seq, CONCAT('ż€😀', seq), UNHEX(SHA2(seq, 256)) FROM seq_1_to_1000;
      CREATE VIEW recent AS SELECT * FROM orders WHERE id > 900;
      CREATE TRIGGER stamp BEFORE INSERT ON orders FOR EACH ROW SET NEW.note = 'x';`);
    return this.#scene(name);
  }

  async empty(name: string): Promise<DatabaseScene> {
    await this.#server.query(`CREATE OR REPLACE DATABASE ${identifier(name)}`);
    return this.#scene(name);
  }

  async large(name: string): Promise<Omit<LargeScene, 'params'>> {
    await this.#server.query(`CREATE OR REPLACE DATABASE ${identifier(name)}; USE ${identifier(name)};
      CREATE TABLE orders (id INT PRIMARY KEY, note CHAR(1), data LONGTEXT);
      INSERT INTO orders SELECT seq, 'x', REPEAT(SHA2(seq, 512), 8000) FROM seq_1_to_100`);
    const size = `SELECT SUM(LENGTH(data)) FROM ${identifier(name)}.orders`;
    return { ...this.#scene(name), sizeBytes: async () => Number(await this.#server.query(size)) };
  }

  /** A user who may do everything. */
  async createUser(user: string, password: string): Promise<void> {
    await this.#server.query(
      `CREATE OR REPLACE USER ${literal(user)} IDENTIFIED BY ${literal(password)}; GRANT ALL ON *.* TO ${literal(user)}`,
    );
  }

  #scene(name: string): DatabaseScene {
    const run = (sql: string) => this.#server.query(sql);
    return {
      state: () => this.#state(name),
      damage: () => run(`USE ${identifier(name)}; DROP TABLE IF EXISTS orders; CREATE TABLE junk (id INT)`),
      remove: () => run(`DROP DATABASE ${identifier(name)}`),
    };
  }

  async #state(name: string): Promise<string> {
    const about = `SHOW TABLES FROM ${identifier(name)}; SHOW TRIGGERS FROM ${identifier(name)} LIKE 'stamp'`;
    const tables = await this.#server.query(about).catch(() => 'no database');
    if (!tables.includes('orders')) return tables;
    const sums = 'COUNT(*), SUM(CRC32(note)), SUM(CRC32(data))';
    return tables + (await this.#server.query(`SELECT ${sums} FROM ${identifier(name)}.orders`));
  }
}
