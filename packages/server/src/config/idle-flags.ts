import type { ServerConfig } from './config.ts';
import { type Flags, flagTable, longName, variableOf } from './flags.ts';

interface Idle {
  readonly name: keyof Flags;
  /** Why it has no effect; undefined when it has one. */
  readonly because: string | undefined;
}

/** Flags and variables that were given and have no effect, to be told once at the start. */
export function idleFlags(
  flags: Flags,
  { documents, database, storage }: ServerConfig,
  isGiven: (name: keyof Flags) => boolean,
): readonly string[] {
  const when = (condition: boolean, because: string) => (condition ? because : undefined);
  const besideUrl = when(flags.dbUrl !== undefined, '--db-url says all of it');
  const rows: readonly Idle[] = [
    { name: 'dbHostname', because: besideUrl },
    { name: 'dbPort', because: besideUrl },
    { name: 'dbUser', because: besideUrl },
    { name: 'dbPassword', because: besideUrl },
    { name: 'dbName', because: besideUrl },
    {
      name: 'configLocalPath',
      because: when(
        documents.kind === 'kubernetes',
        'users and collections are read from the Kubernetes API',
      ),
    },
    {
      name: 'dataDir',
      because: when(
        database.kind === 'postgres' && flags.storageUrl !== undefined,
        'neither database nor storage is embedded',
      ),
    },
    {
      name: 'useGoogleCloud',
      because: when(
        flags.useGoogleCloud === true && storage.kind !== 'gcs',
        '--storage-url names another storage',
      ),
    },
    {
      name: 'ignoreOriginalTables',
      because: when(
        flags.ignoreOriginalTables === true && database.kind === 'sqlite',
        'the database is SQLite',
      ),
    },
  ];
  return rows.flatMap(({ name, because }) =>
    because !== undefined && (isGiven(name) || flags[name] === true)
      ? [`${describe(name)} has no effect: ${because}`]
      : [],
  );
}

function describe(name: keyof Flags): string {
  const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const row = flagTable.find(({ flags }) => longName(flags) === flag);
  const variable = row && variableOf(row);
  return variable === undefined ? flag : `${flag} (${variable})`;
}
