import { startPostgres } from '@backup-maker/testing';
import { reachableFromPods } from './pod-network.ts';

/** A table of one column, in some database: enough to see which rows a restore brought back. */
export interface TableOfWords extends AsyncDisposable {
  insert(word: string): Promise<void>;
  words(): Promise<readonly string[]>;
  /** The template's parameters that a user writes, and the password, which goes into a Secret. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly password: string;
}

export async function aPostgresTable(database = 'shop'): Promise<TableOfWords> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startPostgres());
  await server.query(`CREATE DATABASE "${database}"`);
  await server.query('CREATE TABLE words (id serial PRIMARY KEY, word text NOT NULL)', database);
  const { host, port } = stack.use(await reachableFromPods(server.port));
  const started = stack.move();
  return {
    params: { hostname: host, port, user: server.user, db: database },
    password: server.password,
    insert: async (word) => {
      await server.query(`INSERT INTO words (word) VALUES ('${word.replaceAll("'", "''")}')`, database);
    },
    words: async () =>
      (await server.query('SELECT word FROM words ORDER BY id', database))
        .split('\n')
        .filter((line) => line !== ''),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}
