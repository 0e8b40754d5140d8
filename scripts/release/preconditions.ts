import { type ComponentSet, componentNames, components } from './component-set.ts';
import { branchOf, compareVersions, parseVersion } from './version.ts';

/** What is there before a release. */
export interface Situation {
  /** What the user asked for. */
  readonly version: string;
  readonly branch: string;
  /** Paths that differ from the last commit. */
  readonly changedFiles: readonly string[];
  readonly tags: readonly string[];
  readonly set: ComponentSet;
}

/** Everything that keeps a release from being made, one text each; empty when it may be made. */
export function obstacles({ version, branch, changedFiles, tags, set }: Situation): readonly string[] {
  const parsed = parseVersion(version);
  if (parsed === undefined) {
    return [`"${version}" is not a version: write it like v1.2.3`];
  }
  const existing = tags.map((tag) => ({ tag, version: parseVersion(tag) }));
  const higher = existing.filter(
    (one) =>
      one.version !== undefined && compareVersions(one.version, parsed) > 0 && sameLine(one.version, parsed),
  );
  return [
    ...(branch === branchOf(parsed)
      ? []
      : [
          `${version} is released from branch ${branchOf(parsed)}, this is ${branch}: git switch -c ${branchOf(parsed)}`,
        ]),
    ...(changedFiles.length === 0
      ? []
      : [`the work tree is not clean: commit or remove ${changedFiles.slice(0, 5).join(', ')}`]),
    ...(tags.includes(version) ? [`the tag ${version} exists already: choose a higher version`] : []),
    ...higher.map(({ tag }) => `the tag ${tag} is higher than ${version}: choose a higher version`),
    ...componentNames.flatMap((component) =>
      set[component] === 'main' || tags.includes(set[component])
        ? []
        : [`release.env sets ${components[component]}=${set[component]}, which is no tag of this repository`],
    ),
  ];
}

/** Patches of an older minor version may be released after a newer one. */
function sameLine(a: { major: number; minor: number }, b: { major: number; minor: number }): boolean {
  return a.major === b.major && a.minor === b.minor;
}
