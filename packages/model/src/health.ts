import { decideFreshness } from './freshness.ts';
import { formatBytes } from './size.ts';
import { type BackupWindow, decideWindow, isFromLatestSlot } from './window.ts';

/** The checks of a collection, in the order in which they are reported. */
export const collectionChecks = [
  'BackupWindowValidator',
  'FreshnessValidator',
  'VersionsSizeValidator',
  'SumOfVersionsValidator',
  'IntegrityValidator',
] as const;

export type CollectionCheck = (typeof collectionChecks)[number];

/** What is known of a stored version: its bytes were found equal to its digest, were not, or were not read again yet. */
export type VersionIntegrity = 'verified' | 'damaged' | 'unchecked';

export interface HealthVersion {
  readonly versionNumber: number;
  readonly createdAtMs: number;
  readonly sizeBytes: number;
  readonly integrity: VersionIntegrity;
}

export interface HealthRequest {
  readonly windows: readonly BackupWindow[];
  /** How often a version is to be made (ms); undefined where nobody said so. */
  readonly expectedEveryMs: number | undefined;
  readonly maxOneVersionBytes: number;
  readonly maxCollectionBytes: number;
  readonly versions: readonly HealthVersion[];
  readonly now: Date;
}

/** The outcome of a check: a message says what was found, whether it passed or not. */
export interface HealthResult<Name extends string = string> {
  readonly name: Name;
  readonly passed: boolean;
  readonly message: string;
}

type CheckOutcome = Omit<HealthResult, 'name'>;

const checks: Readonly<Record<CollectionCheck, (request: HealthRequest) => CheckOutcome>> = {
  BackupWindowValidator: checkWindow,
  FreshnessValidator: checkFreshness,
  VersionsSizeValidator: checkSizes,
  SumOfVersionsValidator: checkSum,
  IntegrityValidator: checkIntegrity,
};

/** Every check of a collection, each with its outcome. */
export function checkCollection(request: HealthRequest): readonly HealthResult<CollectionCheck>[] {
  return collectionChecks.map((name) => ({ name, ...checks[name](request) }));
}

function checkWindow({ windows, versions, now }: HealthRequest): CheckOutcome {
  if (windows.length === 0) {
    return passed('no backup windows are defined');
  }
  if (decideWindow(windows, now).open) {
    return passed('a backup window is open now');
  }
  const latest = versions.toSorted((a, b) => b.versionNumber - a.versionNumber)[0];
  if (!latest) {
    return failed('no version was uploaded yet');
  }
  const createdAt = new Date(latest.createdAtMs);
  return isFromLatestSlot(windows, createdAt, now)
    ? passed('the latest version was made in the previous backup window')
    : failed(`previous backup was not made: the latest version is of ${createdAt.toISOString()}`);
}

function checkFreshness({ windows, expectedEveryMs, versions, now }: HealthRequest): CheckOutcome {
  const { state, message } = decideFreshness({
    expectedEveryMs,
    hasWindows: windows.length > 0,
    createdAtMs: versions.map(({ createdAtMs }) => createdAtMs),
    nowMs: now.getTime(),
  });
  return { passed: state === 'fresh' || state === 'unknown', message };
}

function checkSizes({ versions, maxOneVersionBytes }: HealthRequest): CheckOutcome {
  const tooLarge = versions.filter((version) => version.sizeBytes > maxOneVersionBytes);
  return tooLarge.length === 0
    ? passed('no version is over the soft limit')
    : failed(
        `over the soft limit of ${formatBytes(maxOneVersionBytes)}: ${tooLarge.map(nameWithSize).join(', ')}`,
      );
}

function checkSum({ versions, maxCollectionBytes }: HealthRequest): CheckOutcome {
  const sum = versions.reduce((total, version) => total + version.sizeBytes, 0);
  const used = `${formatBytes(sum)} of ${formatBytes(maxCollectionBytes)} used`;
  return sum <= maxCollectionBytes ? passed(used) : failed(`over the hard limit: ${used}`);
}

function checkIntegrity({ versions }: HealthRequest): CheckOutcome {
  const damaged = versions.filter((version) => version.integrity === 'damaged');
  if (damaged.length > 0) {
    const names = damaged.map((version) => `v${version.versionNumber}`).join(', ');
    return failed(
      `stored bytes differ from the recorded digest: ${names}. Make a new backup and check the storage`,
    );
  }
  const verified = versions.filter((version) => version.integrity === 'verified').length;
  return passed(`${verified} of ${versions.length} versions read again and found whole`);
}

function nameWithSize(version: HealthVersion): string {
  return `v${version.versionNumber} (${formatBytes(version.sizeBytes)})`;
}

function passed(message: string): CheckOutcome {
  return { passed: true, message };
}

function failed(message: string): CheckOutcome {
  return { passed: false, message };
}
