import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that tests use for real, and the Debian package that has each. */
const debianPackage: Readonly<Record<string, string>> = {
  age: 'age',
  bash: 'bash',
  curl: 'curl',
  etcd: 'etcd-server',
  etcdctl: 'etcd-client',
  gpg: 'gnupg',
  kubectl: 'kubernetes-client',
  mariadb: 'mariadb-client',
  mariadbd: 'mariadb-server',
  postgres: 'postgresql',
  psql: 'postgresql-client',
  'redis-cli': 'redis-tools',
  'redis-server': 'redis-server',
  '7z': 'p7zip-full',
  '7zz': '7zip',
  slapadd: 'slapd',
  sq: 'sq',
  sqlite3: 'sqlite3',
  tar: 'tar',
};

/** Where Debian keeps server programs that are not on the PATH. */
const extraFolders = [
  ...[18, 17, 16, 15, 14, 13].map((major) => `/usr/lib/postgresql/${major}/bin`),
  '/usr/sbin',
  '/usr/local/sbin',
];

/** The path of a program, or undefined where the machine has none. */
export function findProgram(name: string, path = process.env.PATH ?? ''): string | undefined {
  for (const folder of [...path.split(delimiter), ...extraFolders]) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

/**
 * True when every named program is here. Where one is missing the suite is to be skipped (`describe.skipIf`):
 * the reason and the package to install are printed, and with `REQUIRE_PROGRAMS` set, as CI does, it is an error.
 */
export function hasPrograms(...names: readonly string[]): boolean {
  const missing = names.filter((name) => findProgram(name) === undefined);
  if (missing.length === 0) {
    return true;
  }
  const packages = missing.map((name) => debianPackage[name] ?? name).join(' ');
  const message = `needs ${missing.join(', ')}: apt-get install ${packages}`;
  if (process.env.REQUIRE_PROGRAMS) {
    throw new Error(message);
  }
  process.stderr.write(`skipped: ${message}\n`);
  return false;
}
