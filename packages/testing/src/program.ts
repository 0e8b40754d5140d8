import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that tests use for real, and the Debian package that has each where that is named otherwise. */
const debianPackages: Readonly<Record<string, string>> = {
  '7zz': '7zip',
  etcd: 'etcd-server',
  etcdctl: 'etcd-client',
  getcap: 'libcap2-bin',
  getfacl: 'acl',
  getfattr: 'attr',
  gpg: 'gnupg',
  initdb: 'postgresql',
  kubectl: 'kubernetes-client',
  ldapadd: 'ldap-utils',
  ldapdelete: 'ldap-utils',
  ldapsearch: 'ldap-utils',
  mariadb: 'mariadb-client',
  'mariadb-dump': 'mariadb-client',
  'mariadb-install-db': 'mariadb-server',
  mariadbd: 'mariadb-server',
  mysql: 'mariadb-client',
  mysqldump: 'mariadb-client',
  nginx: 'nginx-light',
  pg_dump: 'postgresql-client',
  postgres: 'postgresql',
  ps: 'procps',
  psql: 'postgresql-client',
  'redis-cli': 'redis-tools',
  script: 'bsdutils',
  setcap: 'libcap2-bin',
  setfacl: 'acl',
  setfattr: 'attr',
  setpriv: 'util-linux',
  slapadd: 'slapd',
  strip: 'binutils',
  unshare: 'util-linux',
};

/** Programs that Debian does not have, and the Go module of each. */
const goModules: Readonly<Record<string, string>> = {
  actionlint: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
  'fake-gcs-server': 'github.com/fsouza/fake-gcs-server@v1.56.1',
  helm: 'helm.sh/helm/v3/cmd/helm@v3.22.0',
  versitygw: 'github.com/versity/versitygw/cmd/versitygw@v1.8.0',
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
  const message = `needs ${missing.join(', ')}: ${howToInstall(missing)}`;
  if (process.env.REQUIRE_PROGRAMS) {
    throw new Error(message);
  }
  process.stderr.write(`skipped: ${message}\n`);
  return false;
}

/** The commands that bring programs onto a Debian machine. */
export function howToInstall(programs: readonly string[]): string {
  const modules = programs.flatMap((name) => goModules[name] ?? []);
  const packages = programs
    .filter((name) => goModules[name] === undefined)
    .map((name) => debianPackages[name] ?? name);
  return [
    ...(packages.length > 0 ? [`apt-get install ${[...new Set(packages)].join(' ')}`] : []),
    ...modules.map((module) => `go install ${module}`),
  ].join(' && ');
}
