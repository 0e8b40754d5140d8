import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A folder that becomes the root of an image, with a name that changes with its content. */
export interface ImageRoot {
  readonly folder: string;
  readonly digest: string;
}

export interface RootOptions {
  /** Where roots are kept for the next time. */
  readonly cache: string;
  readonly print: (line: string) => void;
}

/** A Debian with dump programs and without our client, as users have such images. */
export async function programsRoot({ cache, print }: RootOptions): Promise<ImageRoot> {
  const script = join(import.meta.dirname, 'make-root.sh');
  const digest = await digestOf([script, join(import.meta.dirname, 'packages.txt')]);
  const folder = join(cache, `programs-${digest}`);
  await once(folder, async (target) => {
    print('images: making a Debian with dump programs (about a minute)');
    await run('bash', [script, target]);
  });
  return { folder, digest };
}

export interface ClientRootOptions extends RootOptions {
  readonly programs: ImageRoot;
  /** The checkout whose client it is. */
  readonly checkout: string;
}

/** The same with the client as its single executable. */
export async function clientRoot({
  cache,
  print,
  programs,
  checkout,
}: ClientRootOptions): Promise<ImageRoot> {
  const sources = [
    ...(await sourcesOf(join(checkout, 'packages'))),
    ...(await sourcesOf(join(checkout, 'scripts/binaries'))),
  ];
  const digest = await digestOf([...sources, join(checkout, 'package-lock.json')], programs.digest);
  const folder = join(cache, `client-${digest}`);
  await once(folder, async (target) => {
    print('images: building the client');
    const node = join(checkout, 'node_modules/node/bin/node');
    await run(node, [join(checkout, 'scripts/binaries/build.ts'), `${target}.bin`, '--only', 'backup-maker']);
    // Links cost neither time nor room, and images are made from what they lead to.
    await run('cp', ['--archive', '--link', programs.folder, target]);
    await run('cp', ['--archive', `${target}.bin/.`, join(target, 'usr/local/bin')]);
    await rm(`${target}.bin`, { recursive: true });
  });
  return { folder, digest };
}

/** Make a folder that is not there yet, so that an attempt which ends half-way leaves nothing that looks whole. */
async function once(folder: string, make: (target: string) => Promise<void>): Promise<void> {
  if (await stat(folder).catch(() => undefined)) {
    return;
  }
  const target = `${folder}.part`;
  await mkdir(dirname(folder), { recursive: true });
  await removeOthers(folder);
  await make(target);
  await rename(target, folder);
}

/** Roots of the same kind with another content, and what was left half-way: each takes hundreds of megabytes. */
async function removeOthers(folder: string): Promise<void> {
  const kind = basename(folder).replace(/[^-]*$/, '');
  for (const name of await readdir(dirname(folder))) {
    if (name.startsWith(kind)) {
      await rm(join(dirname(folder), name), { recursive: true });
    }
  }
}

/** The source files below a folder, without packages that are installed there. */
async function sourcesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(ts|js|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes('/node_modules/') && !file.endsWith('.test.ts'))
    .sort();
}

async function digestOf(files: readonly string[], ...more: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const text of more) {
    hash.update(text);
  }
  for (const file of files) {
    hash.update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 16);
}
