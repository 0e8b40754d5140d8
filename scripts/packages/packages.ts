import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { completionScript } from '../../packages/client/src/completion/scripts.ts';
import { type Content, configuration, file, program, type Stage, symlink } from './content.ts';
import { manPages } from './man-pages.ts';

const checkout = join(import.meta.dirname, '../..');
const files = join(import.meta.dirname, 'files');

export interface Package {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly contents: readonly Content[];
  /** What the scripts of the package are made from; undefined: it has none. */
  readonly service: { readonly user: string } | undefined;
  readonly depends: { readonly deb: readonly string[]; readonly rpm: readonly string[] };
}

export interface PackagesOptions {
  /** The folder with the executables. */
  readonly binaries: string;
  readonly version: string;
  readonly stage: Stage;
}

/** The programs of a Node.js executable are all inside; it loads glibc and the C++ library alone. */
const libraries = {
  deb: ['libc6 (>= 2.28)', 'libgcc-s1', 'libstdc++6 (>= 9)'],
  rpm: ['glibc >= 2.28', 'libgcc', 'libstdc++'],
};

export async function packages(options: PackagesOptions): Promise<readonly Package[]> {
  return [await client(options), await server(options), await standalone(options)];
}

async function client(options: PackagesOptions): Promise<Package> {
  const { binaries, stage } = options;
  const name = 'backup-maker';
  const script = (shell: 'bash' | 'zsh' | 'fish') => stage(`completion.${shell}`, completionScript(shell));
  const bash = '/usr/share/bash-completion/completions';
  const zsh = await script('zsh');
  const fish = await script('fish');
  return {
    name,
    summary: 'encrypted backups of what commands print, and restores',
    description:
      'Client of a Backup Repository. It encrypts on this machine (OpenPGP), so that the server cannot\nread anything, and restores. With it come bmg, the generator of procedures, and pgbr for PostgreSQL.',
    contents: [
      program(join(binaries, name), name),
      symlink(name, '/usr/bin/bmg'),
      symlink(name, '/usr/bin/pgbr'),
      file(await script('bash'), `${bash}/${name}`),
      symlink(name, `${bash}/bmg`),
      { ...file(zsh, `/usr/share/zsh/vendor-completions/_${name}`), packager: 'deb' },
      { ...file(zsh, `/usr/share/zsh/site-functions/_${name}`), packager: 'rpm' },
      file(fish, `/usr/share/fish/vendor_completions.d/${name}.fish`),
      file(fish, '/usr/share/fish/vendor_completions.d/bmg.fish'),
      ...(await pages(options, ['man1/backup-maker.1', 'man1/pgbr.1'])),
      symlink('backup-maker.1.gz', '/usr/share/man/man1/bmg.1.gz'),
      ...(await papers(options, name)),
    ],
    service: undefined,
    depends: libraries,
  };
}

async function server(options: PackagesOptions): Promise<Package> {
  const name = 'backup-repository';
  return {
    name,
    summary: 'server that stores encrypted backups which it cannot read',
    description:
      'Backup Repository: users, collections, quotas and rotation of backups that clients encrypt.\nAs installed, it keeps all in SQLite and files; it can use PostgreSQL and object storages.',
    contents: [
      ...(await serviceContents(options, name)),
      ...['v1/secrets/passwords.yaml', 'v1/secrets/health.yaml'].map((path) => example(path)),
      ...['backupusers/admin.yaml', 'backupusers/uploader.yaml', 'backupcollections/iwa-ait.yaml'].map(
        (path) => example(`backups.riotkit.org/v1alpha1/${path}`),
      ),
    ],
    service: { user: name },
    depends: { deb: [...libraries.deb, 'passwd'], rpm: [...libraries.rpm, 'shadow-utils'] },
  };
}

/** A sample of users and collections. */
function example(path: string): Content {
  const below = `backup-repository/${path}`;
  return file(
    join(checkout, 'docs/examples/repository', below),
    `/usr/share/doc/backup-repository/examples/${below}`,
  );
}

async function standalone(options: PackagesOptions): Promise<Package> {
  const tools = ['bash', 'coreutils', 'tar', 'util-linux'];
  const name = 'backup-standalone';
  return {
    name,
    summary: 'backups on one machine, without Kubernetes',
    description:
      'A small embedded Kubernetes API and node, the controller of scheduled backups and the\nBackup Repository in one process. It runs pods as processes of this machine.',
    contents: await serviceContents(options, name),
    service: { user: 'root' },
    depends: {
      deb: [...libraries.deb, ...tools, 'mount'],
      rpm: [...libraries.rpm, ...tools],
    },
  };
}

async function serviceContents(options: PackagesOptions, name: string): Promise<readonly Content[]> {
  return [
    program(join(options.binaries, name), name),
    file(join(files, `${name}.service`), `/usr/lib/systemd/system/${name}.service`),
    configuration(join(files, `${name}.conf`), `/etc/${name}/${name}.conf`),
    ...(await pages(options, [`man8/${name}.8`])),
    ...(await papers(options, name)),
  ];
}

async function pages({ version, stage }: PackagesOptions, paths: readonly string[]) {
  const all = manPages(version);
  return Promise.all(
    paths.map(async (path) => {
      const staged = await stage(path.replace('/', '-'), gzipSync(all.get(path) ?? '', { level: 9 }));
      return file(staged, `/usr/share/man/${path}.gz`);
    }),
  );
}

/** What Debian wants of every package: who may do what with it, and what changed. */
async function papers({ version, stage }: PackagesOptions, name: string): Promise<readonly Content[]> {
  const folder = `/usr/share/doc/${name}`;
  // Without a date, so that the same sources make the same package.
  const changes = `${name} (${version}) unstable; urgency=medium\n\n  * Release ${version}.\n\n -- ${maintainer}  Thu, 01 Jan 1970 00:00:00 +0000\n`;
  const changelog = await stage(`${name}.changelog`, gzipSync(changes, { level: 9 }));
  return [
    file(join(files, 'copyright'), `${folder}/copyright`),
    { ...file(changelog, `${folder}/changelog.gz`), packager: 'deb' },
  ];
}

export const maintainer = 'Backup Maker maintainers <maintainers@backup-maker.invalid>';
