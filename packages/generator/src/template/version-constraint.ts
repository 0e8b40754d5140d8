import { comparePrereleases, parseVersion, SemanticVersion } from './semantic-version.ts';

/** One comparison of a constraint, such as `^1.2` or `>= 3.x`. */
interface Comparison {
  readonly operator: string;
  readonly version: SemanticVersion;
  /** Some part of it is missing or a wildcard. */
  readonly isOpen: boolean;
  readonly isMinorOpen: boolean;
  readonly isPatchOpen: boolean;
}

const segment = '[0-9|xX*]+';
const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const version = `v?(${segment})(\\.${segment})?(\\.${segment})?(-${identifiers})?(?:\\+${identifiers})?`;
const versionWithoutGroups = version.replaceAll(/\((?!\?)/g, '(?:');
// In this order, as Go's leftmost-first search tries them.
const operator = '(?:=||!=|>|<|>=|=>|<=|=<|~|~>|\\^)';
const operators = '=>|=<|>=|<=|!=|~>|=|>|<|~|\\^|';

const one = new RegExp(`^\\s*(${operators})\\s*${version}\\s*$`);
const every = new RegExp(`${operator}\\s*${versionWithoutGroups}`, 'g');
const firstOfRow = new RegExp(`\\s*(?:${operators})\\s*${versionWithoutGroups}\\s*`, 'y');
const nextOfRow = new RegExp(`(?:\\s+|,\\s*|(?<=\\s))(?:${operators})\\s*${versionWithoutGroups}\\s*`, 'y');
const range = new RegExp(`\\s*(${versionWithoutGroups})\\s+-\\s+(${versionWithoutGroups})\\s*`, 'g');

/** Longer ones are no constraint that anybody writes; their cost would grow faster than they do. */
const maxLength = 1000;

/**
 * Whether a version satisfies a constraint, by the rules of Masterminds/semver 3.
 * @returns undefined when the text is no constraint.
 */
export function satisfies(constraint: string, candidate: SemanticVersion): boolean | undefined {
  if (constraint.length > maxLength) return undefined;
  const alternatives = constraint.replaceAll(range, '>= $1, <= $2 ').split('||').map(parseRow);
  if (alternatives.includes(undefined)) return undefined;
  return alternatives.some((row) => row?.every((comparison) => check(comparison, candidate)));
}

/** Comparisons that must all hold. */
function parseRow(text: string): readonly Comparison[] | undefined {
  if (!isRow(text)) return undefined;
  const comparisons = (text.match(every) ?? []).map(parseComparison);
  return comparisons.every((comparison) => comparison !== undefined) ? comparisons : undefined;
}

function isRow(text: string): boolean {
  firstOfRow.lastIndex = 0;
  if (!firstOfRow.test(text)) return false;
  let end = firstOfRow.lastIndex;
  while (end < text.length) {
    nextOfRow.lastIndex = end;
    if (!nextOfRow.test(text)) return false;
    end = nextOfRow.lastIndex;
  }
  return true;
}

function parseComparison(text: string): Comparison | undefined {
  const match = one.exec(text);
  if (match === null) return undefined;
  const [, sign = '', major = '', minor = '', patch = '', prerelease = ''] = match;
  const isMajorOpen = isWildcard(major);
  const isMinorOpen = !isMajorOpen && isOpenPart(minor);
  const isPatchOpen = !isMajorOpen && !isMinorOpen && isOpenPart(patch);
  const parsed = parseVersion(
    isMajorOpen
      ? `0.0.0${prerelease}`
      : `${major}${isMinorOpen ? '.0' : minor}${isMinorOpen || isPatchOpen ? '.0' : patch}${prerelease}`,
  );
  if (!(parsed instanceof SemanticVersion)) return undefined;
  return {
    operator: sign,
    version: parsed,
    isOpen: isMajorOpen || isMinorOpen || isPatchOpen,
    isMinorOpen,
    isPatchOpen,
  };
}

function isWildcard(text: string): boolean {
  return text === 'x' || text === 'X' || text === '*';
}

function isOpenPart(text: string): boolean {
  return text === '' || isWildcard(text.slice(1));
}

/** A prerelease satisfies a constraint only when that names one. */
function check(comparison: Comparison, candidate: SemanticVersion): boolean {
  const asksForReleases = candidate.prerelease !== '' && comparison.version.prerelease === '';
  const order = candidate.compare(comparison.version);
  if (comparison.operator === '!=') return isDifferent(comparison, candidate, asksForReleases);
  if (asksForReleases) return false;
  switch (comparison.operator) {
    case '>':
      return isGreater(comparison, candidate);
    case '<':
      return order < 0;
    case '>=':
    case '=>':
      return order >= 0;
    case '<=':
    case '=<':
      return isAtMost(comparison, candidate);
    case '~':
    case '~>':
      return isAbout(comparison, candidate);
    case '^':
      return isCompatible(comparison, candidate);
    default:
      return comparison.isOpen ? isAbout(comparison, candidate) : order === 0;
  }
}

function isDifferent(
  { version: wanted, isOpen, isMinorOpen, isPatchOpen }: Comparison,
  candidate: SemanticVersion,
  asksForReleases: boolean,
): boolean {
  if (!isOpen) return candidate.compare(wanted) !== 0;
  if (asksForReleases) return false;
  if (wanted.major !== candidate.major) return true;
  if (isMinorOpen) return false;
  if (wanted.minor !== candidate.minor) return true;
  if (isPatchOpen) return comparePrereleases(candidate.prerelease, wanted.prerelease) !== 0;
  return wanted.patch !== candidate.patch || candidate.compare(wanted) !== 0;
}

/** `>11` means 12 or later, `>11.1` means 11.2 or later. */
function isGreater(
  { version: wanted, isMinorOpen, isPatchOpen }: Comparison,
  candidate: SemanticVersion,
): boolean {
  if (!isMinorOpen && !isPatchOpen) return candidate.compare(wanted) > 0;
  if (candidate.major !== wanted.major) return candidate.major > wanted.major;
  return !isMinorOpen && candidate.minor > wanted.minor;
}

/** `<=11` includes all of 11. */
function isAtMost({ version: wanted, isOpen, isMinorOpen }: Comparison, candidate: SemanticVersion): boolean {
  if (!isOpen) return candidate.compare(wanted) <= 0;
  if (candidate.major !== wanted.major) return candidate.major < wanted.major;
  return isMinorOpen || candidate.minor <= wanted.minor;
}

function isAbout(
  { version: wanted, isMinorOpen, isPatchOpen }: Comparison,
  candidate: SemanticVersion,
): boolean {
  if (candidate.compare(wanted) < 0) return false;
  const isAny =
    wanted.major === 0n && wanted.minor === 0n && wanted.patch === 0n && !isMinorOpen && !isPatchOpen;
  return isAny || (candidate.major === wanted.major && (isMinorOpen || candidate.minor === wanted.minor));
}

function isCompatible(
  { version: wanted, isMinorOpen, isPatchOpen }: Comparison,
  candidate: SemanticVersion,
): boolean {
  if (candidate.compare(wanted) < 0 || candidate.major !== wanted.major) return false;
  if (wanted.major > 0n || isMinorOpen) return true;
  if (candidate.minor !== wanted.minor) return false;
  return wanted.minor > 0n || isPatchOpen || candidate.patch === wanted.patch;
}
