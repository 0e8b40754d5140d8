import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '@backup-maker/model';
import type { Config, Connection } from './config.ts';
import { technicalDatabase } from './server.ts';

type Operation = Exclude<Config, { operation: 'help' }>;

export interface PasswordSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly warn: (message: string) => void;
}

/** The folders of the socket that libpq is built with, by PostgreSQL and by Debian; its file calls them localhost. */
const defaultSocketFolders = ['/tmp', '/var/run/postgresql', '/run/postgresql'];

/**
 * The same operation with the password of PGPASSFILE or ~/.pgpass, where none was given. Looked up here, once, for our
 * own connections and for the tools: a restore must not close a database and then find that pg_restore has no password,
 * or is in a container, where there is no such file. Some lines name one database. Any that the operation
 * connects to will do, for a role has one password for all of them.
 */
export async function withPasswordOfFile<T extends Operation>(
  config: T,
  sources: PasswordSources,
): Promise<T> {
  const { connection, database } = config;
  if (connection.password !== undefined) {
    return config;
  }
  const lines = await readPasswordFile(sources);
  const databases =
    config.operation === 'restore'
      ? [database, connection.connectionDatabase, technicalDatabase]
      : [database ?? connection.connectionDatabase];
  const password = lines === undefined ? undefined : passwordFor(lines, connection, databases);
  return password === undefined
    ? config
    : { ...config, connection: { ...connection, password: new Secret(password) } };
}

/** Undefined where there is none, or one that libpq would not read either. */
async function readPasswordFile({ env, warn }: PasswordSources): Promise<string | undefined> {
  const path = env.PGPASSFILE || (env.HOME && join(env.HOME, '.pgpass'));
  if (!path) {
    return undefined;
  }
  try {
    const stats = await stat(path);
    if (!stats.isFile()) {
      warn(`${path} is not read: it is not a plain file`);
      return undefined;
    }
    if ((stats.mode & 0o077) !== 0) {
      warn(`${path} is not read, as others may read or change it: set its mode to 600`);
      return undefined;
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
      warn(`${path} cannot be read: ${error instanceof Error ? error.message : 'unknown'}`);
    }
    return undefined;
  }
}

/**
 * The password in the first line that fits: host:port:database:user:password, where * fits everything and a backslash
 * stands before : and \ (PostgreSQL, "The Password File").
 */
export function passwordFor(
  lines: string,
  { host, port, user }: Pick<Connection, 'host' | 'port' | 'user'>,
  databases: readonly (string | undefined)[],
): string | undefined {
  const hosts = defaultSocketFolders.includes(host) ? [host, 'localhost'] : [host];
  const wanted = [hosts, [String(port)], databases, [user]];
  for (const line of lines.split(/\r?\n/)) {
    const [, ...fields] = line.startsWith('#') ? [] : (fieldsPattern.exec(line) ?? []);
    const password = fields.pop();
    if (
      password !== undefined &&
      fields.every((field, index) => field === '*' || wanted[index]?.includes(unescaped(field)))
    ) {
      return unescaped(password);
    }
  }
  return undefined;
}

/** Four fields that end with a colon, and all the rest. */
const fieldsPattern = new RegExp(`^${String.raw`((?:[^\\:]|\\.)*):`.repeat(4)}(.*)$`, 's');

function unescaped(field: string): string {
  return field.replaceAll(/\\(.)/gs, '$1');
}
