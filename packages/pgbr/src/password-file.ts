import { readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@backup-maker/model';
import type { Config, Connection } from './config.ts';
import { technicalDatabase } from './server.ts';

type Operation = Exclude<Config, { operation: 'help' }>;

export interface PasswordSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly warn: (message: string) => void;
}

/** The file calls the folder that libpq is built with localhost: that of PostgreSQL, of Debian or of Alpine. */
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
  const content = await readPasswordFile(sources);
  const first = database ?? connection.connectionDatabase;
  const databases =
    config.operation === 'restore' ? [first, connection.connectionDatabase, technicalDatabase] : [first];
  const password = content === undefined ? undefined : passwordFor(content, connection, databases);
  return password ? { ...config, connection: { ...connection, password: new Secret(password) } } : config;
}

/** Undefined where there is none, or one that libpq would not read either. */
async function readPasswordFile({ env, warn }: PasswordSources): Promise<string | undefined> {
  const home = env.HOME || homeOfUser();
  const path = env.PGPASSFILE || (home && join(home, '.pgpass'));
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
    // As for libpq it is no fault that there is none, such as in the home folder of somebody else.
    if (env.PGPASSFILE && !(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
      warn(`${path} cannot be read: ${error instanceof Error ? error.message : 'unknown'}`);
    }
    return undefined;
  }
}

/** For a service without HOME. A container may run as a user that the system does not know. */
function homeOfUser(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    return undefined;
  }
}

/**
 * The password in the first line that fits: host:port:database:user:password, where * fits everything and a backslash
 * stands before : and \ (PostgreSQL, "The Password File").
 */
export function passwordFor(
  content: string,
  { host, port, user }: Pick<Connection, 'host' | 'port' | 'user'>,
  databases: readonly string[],
): string | undefined {
  const hosts = defaultSocketFolders.includes(host) ? [host, 'localhost'] : [host];
  const wanted = [hosts, [String(port)], databases, [user]];
  const passwords = content
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#'))
    .map((line) => wanted.reduce<string | undefined>(behindField, line));
  const password = passwords.find((text) => text !== undefined);
  return password === undefined ? undefined : unescaped(password);
}

/** What stands behind the first field of `line`, where that is one of `values`. */
function behindField(line: string | undefined, values: readonly string[]): string | undefined {
  if (line === undefined || line.startsWith('*:')) {
    return line?.slice(2);
  }
  const end = values.map((value) => endOfField(line, value)).find((position) => position !== undefined);
  return end === undefined ? undefined : line.slice(end + 1);
}

/** Where the first field of `line` ends if it is `value`; libpq lets it hold the colons of `value` as they are. */
function endOfField(line: string, value: string): number | undefined {
  let at = 0;
  for (const character of value) {
    at += line[at] === '\\' ? 1 : 0;
    if (!line.startsWith(character, at)) {
      return undefined;
    }
    at += character.length;
  }
  return line[at] === ':' ? at : undefined;
}

/** The password ends at a colon, too. */
function unescaped(field: string): string {
  const [text = ''] = /^(?:[^\\:]|\\.?)*/s.exec(field) ?? [];
  return text.replaceAll(/\\(.)/gs, '$1');
}
