import { startPostgres } from '@backup-maker/testing';

/** A table of one column, in some database: enough to see which rows a restore brought back. */
export interface TableOfWords extends AsyncDisposable {
  insert(word: string): Promise<void>;
  words(): Promise<readonly string[]>;
  /** The template's parameters that a user writes, and the password, which goes into a Secret. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly password: string;
}

export async function aPostgresTable(database = 'shop'): Promise<TableOfWords> {
  const server = await startPostgres();
  await server.query(`CREATE DATABASE "${database}"`);
  await server.query('CREATE TABLE words (id serial PRIMARY KEY, word text NOT NULL)', database);
  return {
    params: { hostname: server.host, port: server.port, user: server.user, db: database },
    password: server.password,
    insert: async (word) => {
      await server.query(`INSERT INTO words (word) VALUES ('${word.replaceAll("'", "''")}')`, database);
    },
    words: async () =>
      (await server.query('SELECT word FROM words ORDER BY id', database))
        .split('\n')
        .filter((line) => line !== ''),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
