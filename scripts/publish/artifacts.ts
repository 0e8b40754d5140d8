import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { executables } from '../binaries/executables.ts';
import { type Artifacts, notesOf } from './steps.ts';

const run = promisify(execFile);

/** A release cannot be published; the message says what to do. */
export class PublishError extends Error {}

/**
 * Gather what was built below `.build`, and write what is about it: checksums, the list of components (CycloneDX), notes.
 * @throws PublishError
 */
export async function gatherArtifacts(
  root: string,
  version: string,
  { isDryRun }: { readonly isDryRun: boolean },
): Promise<Artifacts> {
  const build = join(root, '.build');
  const release = join(build, 'release');
  await rm(release, { recursive: true, force: true });
  await mkdir(release, { recursive: true });
  const archives = await archiveExecutables(join(build, 'binaries'), release, version);
  const packages = await filesIn(join(build, 'packages'), /\.(deb|rpm)$/, 'make package');
  const charts = await filesIn(join(build, 'charts'), new RegExp(`-${version}\\.tgz$`), 'make charts');
  const modules = await filesIn(join(build, 'npm'), new RegExp(`-${version}\\.tgz$`), 'make npm');
  const images = await filesIn(join(build, 'images'), /\.tar$/, 'make images');
  const notes = join(release, 'notes.md');
  await writeFile(notes, await readNotes(root, version, isDryRun));
  const components = join(release, 'components.cdx.json');
  await writeFile(components, await listComponents(root));
  const checksums = join(release, 'SHA256SUMS');
  await writeFile(checksums, await digestsOf([...archives, ...packages, ...modules, ...charts, components]));
  return {
    archives,
    packages,
    charts,
    modules,
    images: images.map((file) => ({
      file,
      tag: `ghcr.io/backup-maker/${basename(file, '.tar')}:${version}`,
    })),
    notes,
    checksums,
    components,
  };
}

/** One archive for each executable, with the links to it: they have to be executable when they are unpacked. */
async function archiveExecutables(
  folder: string,
  release: string,
  version: string,
): Promise<readonly string[]> {
  const present: readonly string[] = await readdir(folder).catch(() => []);
  const archives: string[] = [];
  for (const { name, links } of executables) {
    if (!present.includes(name)) {
      throw new PublishError(`there is no ${join(folder, name)}: run make binaries`);
    }
    const archive = join(release, `${name}_${version}_linux_${process.arch}.tar.gz`);
    const owner = ['--owner=0', '--group=0', '--numeric-owner'];
    await run('tar', ['-C', folder, ...owner, '-czf', archive, name, ...links]);
    archives.push(archive);
  }
  return archives;
}

async function filesIn(folder: string, pattern: RegExp, command: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const found = names.filter((name) => pattern.test(name)).toSorted();
  if (found.length === 0) {
    throw new PublishError(`there is nothing like ${pattern.source} in ${folder}: run ${command}`);
  }
  return found.map((name) => join(folder, name));
}

async function readNotes(root: string, version: string, isDryRun: boolean): Promise<string> {
  const changelog = await readFile(join(root, 'CHANGELOG.md'), 'utf8').catch(() => '');
  const notes = notesOf(changelog, version) ?? (isDryRun ? `## v${version} (not released)` : undefined);
  if (notes === undefined) {
    throw new PublishError(`CHANGELOG.md says nothing of v${version}: make release writes it`);
  }
  return `${notes}\n`;
}

async function listComponents(root: string): Promise<string> {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev'];
  const { stdout } = await run('npm', args, { cwd: root, maxBuffer: 256 * 1024 * 1024 });
  return stdout;
}

/** As `sha256sum` prints them, which checks them too. */
async function digestsOf(files: readonly string[]): Promise<string> {
  const lines: string[] = [];
  for (const file of files) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    lines.push(`${hash.digest('hex')}  ${basename(file)}\n`);
  }
  return lines.join('');
}
