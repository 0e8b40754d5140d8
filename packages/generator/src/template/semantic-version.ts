/** A version as Masterminds/semver reads it: `v1.2` is 1.2.0. */
export class SemanticVersion {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly prerelease: string;
  readonly metadata: string;
  readonly original: string;

  constructor(parts: Omit<SemanticVersion, 'compare' | 'toString'>) {
    this.major = parts.major;
    this.minor = parts.minor;
    this.patch = parts.patch;
    this.prerelease = parts.prerelease;
    this.metadata = parts.metadata;
    this.original = parts.original;
  }

  /** Below 0 when this one comes before the other; metadata does not count. */
  compare(other: SemanticVersion): number {
    for (const part of ['major', 'minor', 'patch'] as const) {
      if (this[part] !== other[part]) return this[part] < other[part] ? -1 : 1;
    }
    if (this.prerelease === other.prerelease) return 0;
    if (this.prerelease === '') return 1;
    if (other.prerelease === '') return -1;
    return comparePrereleases(this.prerelease, other.prerelease);
  }

  toString(): string {
    const prerelease = this.prerelease === '' ? '' : `-${this.prerelease}`;
    const metadata = this.metadata === '' ? '' : `+${this.metadata}`;
    return `${this.major}.${this.minor}.${this.patch}${prerelease}${metadata}`;
  }
}

const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const versionPattern = new RegExp(
  `^v?([0-9]+)(?:\\.([0-9]+))?(?:\\.([0-9]+))?(?:-(${identifiers}))?(?:\\+(${identifiers}))?$`,
);
const maxSegment = 2n ** 64n - 1n;

/** @returns the version, or why the text is none, in the library's words. */
export function parseVersion(text: string): SemanticVersion | string {
  const match = versionPattern.exec(text);
  if (match === null) return 'Invalid Semantic Version';
  const [, major = '0', minor = '0', patch = '0', prerelease = '', metadata = ''] = match;
  const tooLarge = [major, minor, patch].find(
    (segment) => segment.length > 20 || BigInt(segment) > maxSegment,
  );
  if (tooLarge !== undefined) {
    return `Error parsing version segment: strconv.ParseUint: parsing "${tooLarge}": value out of range`;
  }
  if (prerelease.split('.').some((part) => /^0[0-9]+$/.test(part))) return 'Version segment starts with 0';
  return new SemanticVersion({
    major: BigInt(major),
    minor: BigInt(minor),
    patch: BigInt(patch),
    prerelease,
    metadata,
    original: text,
  });
}

/** Identifiers one by one: numbers by value and before words; the longer one is later when all else is equal. */
export function comparePrereleases(a: string, b: string): number {
  const [left, right] = [a.split('.'), b.split('.')];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const order = compareIdentifiers(left[i] ?? '', right[i] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

function compareIdentifiers(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '') return -1;
  if (b === '') return 1;
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== undefined && right !== undefined) return left < right ? -1 : 1;
  if (left !== undefined) return -1;
  if (right !== undefined) return 1;
  return a < b ? -1 : 1;
}

function numberOf(identifier: string): bigint | undefined {
  return /^[0-9]{1,20}$/.test(identifier) ? BigInt(identifier) : undefined;
}
