/** A release version, `vX.Y.Z`. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** The version that a tag names, or undefined where it names none. */
export function parseVersion(tag: string): Version | undefined {
  const [, major, minor, patch] = /^v(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/.exec(tag) ?? [];
  return patch === undefined
    ? undefined
    : { major: Number(major), minor: Number(minor), patch: Number(patch) };
}

/** Negative when `a` is lower than `b`, 0 when they are equal. */
export function compareVersions(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

/** The branch that a version is released from. */
export function branchOf(version: Version): string {
  return `release-${version.major}.${version.minor}`;
}
