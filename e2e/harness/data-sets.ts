import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEtcd, startMariaDb, startRedis } from '@backup-maker/testing';
import { aFolderInPods } from './folder.ts';
import type { ScheduledBackupInput } from './objects.ts';
import { reachableFromPods } from './pod-network.ts';
import { run } from './process.ts';

/** Some words in an application's data: enough to see which of them a restore brought back. */
export interface DataSet extends AsyncDisposable {
  /** What a user writes to have it backed up. */
  readonly backup: Omit<ScheduledBackupInput, 'template'>;
  insert(word: string): Promise<void>;
  words(): Promise<readonly string[]>;
  /** Where a restore needs the application to stand still: end it, and start it again. */
  readonly application?: { stop(): Promise<void>; start(): Promise<void> };
}

export async function aMariaDbTable(): Promise<DataSet> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startMariaDb());
  await server.query('CREATE DATABASE shop; CREATE TABLE shop.words (id serial PRIMARY KEY, word text)');
  await server.query(
    `CREATE USER backup IDENTIFIED BY 'its password'; GRANT ALL ON *.* TO backup WITH GRANT OPTION`,
  );
  const { host: hostname, port } = stack.use(await reachableFromPods(server.port));
  const started = stack.move();
  return {
    backup: {
      params: { hostname, port, user: 'backup', db: 'shop' },
      password: 'its password',
    },
    insert: async (word) => {
      await server.query(`INSERT INTO shop.words (word) VALUES ('${word}')`);
    },
    words: async () => lines(await server.query('SELECT word FROM shop.words ORDER BY id')),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** All words are in one file: a restore replaces files, and leaves alone what it does not know. */
export async function aFolderOfFiles(): Promise<DataSet> {
  const folder = await mkdtemp(join(tmpdir(), 'files-'));
  const file = join(folder, 'words.txt');
  return {
    backup: { params: { path: '/data' }, podTemplate: aFolderInPods(folder) },
    insert: (word) => appendFile(file, `${word}\n`),
    words: async () => lines(await readFile(file, 'utf8')),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

export async function aRedisList(): Promise<DataSet> {
  const password = 'its password';
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startRedis({ password }));
  const { host: hostname, port } = stack.use(await reachableFromPods(server.port));
  const started = stack.move();
  return {
    backup: { params: { hostname, port }, password },
    insert: async (word) => {
      await server.cli('RPUSH', 'words', word);
    },
    words: async () => lines(await server.cli('LRANGE', 'words', '0', '-1')),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

export async function anEtcdMember(): Promise<DataSet> {
  await using stack = new AsyncDisposableStack();
  const member = stack.use(await startEtcd());
  const { protocol, port: ownPort } = new URL(member.endpoint);
  const { host, port } = stack.use(await reachableFromPods(Number(ownPort)));
  const started = stack.move();
  return {
    backup: {
      params: { endpoint: `${protocol}//${host}:${port}`, dataDir: '/data' },
      podTemplate: aFolderInPods(member.dataFolder),
    },
    insert: async (word) => {
      await member.etcdctl(['put', `words/${word}`, word]);
    },
    words: async () => lines(await member.etcdctl(['get', 'words/', '--prefix', '--print-value-only'])),
    application: member,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

export async function aSqliteTable(): Promise<DataSet> {
  const folder = await mkdtemp(join(tmpdir(), 'sqlite-'));
  const sql = (text: string) => run(['sqlite3', join(folder, 'shop.sqlite')], { input: text });
  await sql('CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT)');
  return {
    backup: { params: { path: '/data/shop.sqlite' }, podTemplate: aFolderInPods(folder) },
    insert: async (word) => {
      await sql(`INSERT INTO words (word) VALUES ('${word}')`);
    },
    words: async () => lines(await sql('SELECT word FROM words ORDER BY id')),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
