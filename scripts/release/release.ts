import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Component, type ComponentSet, componentNames, parseComponentSet } from './component-set.ts';
import { commitsOf, type Git } from './git.ts';
import { type ComponentChanges, releaseNotes } from './notes.ts';
import { obstacles } from './preconditions.ts';

export interface ReleaseOptions {
  readonly folder: string;
  readonly git: Git;
  readonly version: string;
  readonly dryRun: boolean;
  /** ISO date for the notes. */
  readonly date: string;
  /** Runs the tests of the set; throws when one fails. */
  readonly test: () => Promise<void>;
  readonly print: (text: string) => void;
}

/** What keeps a release from being made, for the user to mend. */
export class ReleaseError extends Error {}

/**
 * Check every rule of a release, test the set, write notes and versions, commit and tag. Nothing is pushed.
 * @throws ReleaseError before anything was changed when a rule does not hold
 */
export async function release(options: ReleaseOptions): Promise<void> {
  const { folder, git, version, dryRun, print } = options;
  const set = await readSet(folder);
  const [branch, changedFiles, tags] = await Promise.all([git.branch(), git.changedFiles(), git.tags()]);
  const found = obstacles({ version, branch, changedFiles, tags, set });
  if (found.length > 0 && !dryRun) {
    throw new ReleaseError(found.join('\n'));
  }
  const notes = await makeNotes(options, set, tags);
  if (dryRun) {
    print(notes);
    print(
      found.length === 0
        ? `\n${version} could be released.`
        : `\n${version} cannot be released yet:\n${found.map((line) => `- ${line}`).join('\n')}`,
    );
    return;
  }
  await options.test();
  const paths = await writeRelease(folder, version, notes);
  await git.commitAndTag(paths, `chore: release ${version}`, version, notes);
  print(
    `${notes}\n\nMade the commit and the tag ${version}. Publish them with:\n  git push origin ${branch} ${version}`,
  );
}

async function readSet(folder: string): Promise<ComponentSet> {
  const text = await readFile(join(folder, 'release.env'), 'utf8').catch(() => {
    throw new ReleaseError('there is no release.env, which names the version of each component');
  });
  try {
    return parseComponentSet(text);
  } catch (cause) {
    throw new ReleaseError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

async function makeNotes(
  { git, version, date }: ReleaseOptions,
  set: ComponentSet,
  tags: readonly string[],
): Promise<string> {
  const previousTag = await git.previousTag();
  const previousText = previousTag === undefined ? undefined : await git.show(previousTag, 'release.env');
  const previousSet = previousText === undefined ? undefined : parseComponentSet(previousText);
  const changes = async (component: Component): Promise<readonly [Component, ComponentChanges]> => {
    const before = previousSet?.[component];
    // `main` in the previous set was the checkout that got the previous tag.
    const from = before === 'main' ? previousTag : before;
    const revision = set[component] === 'main' ? 'HEAD' : set[component];
    const to = set[component] === 'main' ? version : set[component];
    // A dry run goes on with a set whose tag does not exist, to say all that is wrong at once.
    const known = revision === 'HEAD' || tags.includes(revision);
    return [
      component,
      { from, to, commits: known && from !== to ? await commitsOf(git, from, revision) : [] },
    ];
  };
  return releaseNotes({
    version,
    date,
    changes: Object.fromEntries(await Promise.all(componentNames.map(changes))) as Record<
      Component,
      ComponentChanges
    >,
    project: await commitsOf(git, previousTag, 'HEAD'),
  });
}

/** The changelog, and the one version that all packages and charts carry; gives the paths that were written. */
async function writeRelease(folder: string, version: string, notes: string): Promise<readonly string[]> {
  const changelog = join(folder, 'CHANGELOG.md');
  const heading = '# Changelog\n';
  const before = await readFile(changelog, 'utf8').catch(() => heading);
  await writeFile(changelog, `${heading}\n${notes}\n${before.slice(heading.length)}`);
  const manifests = [
    'package.json',
    ...(await readdir(join(folder, 'packages'))).map((name) => join('packages', name, 'package.json')),
  ];
  const charts = await writeChartVersions(folder, version.slice(1));
  for (const path of [...manifests, 'package-lock.json']) {
    const text = await readFile(join(folder, path), 'utf8');
    const manifest = JSON.parse(text) as Manifest;
    await writeFile(
      join(folder, path),
      `${JSON.stringify(withVersion(manifest, version.slice(1)), null, 2)}\n`,
    );
  }
  return ['CHANGELOG.md', 'package-lock.json', ...manifests, ...charts];
}

/** A chart, and the images that it names, have the version of the release; gives the paths that were written. */
async function writeChartVersions(folder: string, version: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, 'charts')).catch(() => []);
  const paths = names.map((name) => join('charts', name, 'Chart.yaml'));
  const written: string[] = [];
  for (const path of paths) {
    const text = await readFile(join(folder, path), 'utf8').catch(() => undefined);
    if (text !== undefined) {
      await writeFile(join(folder, path), text.replaceAll(/^(version|appVersion): .*$/gm, `$1: ${version}`));
      written.push(path);
    }
  }
  return written;
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  /** Of package-lock.json: every installed package, ours by their folder. */
  readonly packages?: Readonly<Record<string, Manifest>>;
}

function withVersion(manifest: Manifest, version: string): Manifest {
  const ours = (dependencies: Readonly<Record<string, string>> | undefined) =>
    dependencies &&
    Object.fromEntries(
      Object.entries(dependencies).map(([name, range]) => [
        name,
        name.startsWith('@backup-maker/') ? version : range,
      ]),
    );
  const dependencies = ours(manifest.dependencies);
  const devDependencies = ours(manifest.devDependencies);
  const packages =
    manifest.packages &&
    Object.fromEntries(
      Object.entries(manifest.packages).map(([path, entry]) => [
        path,
        path === '' || /^packages\/[^/]+$/.test(path) ? withVersion(entry, version) : entry,
      ]),
    );
  return {
    ...manifest,
    version,
    ...(dependencies && { dependencies }),
    ...(devDependencies && { devDependencies }),
    ...(packages && { packages }),
  };
}
