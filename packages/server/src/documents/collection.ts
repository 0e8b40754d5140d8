import {
  type AccessControlEntry,
  type BackupCollection,
  type BackupWindow,
  Failure,
  parseCron,
  parseDuration,
  parseSize,
  parseWindowStart,
  type QuotaLimits,
  type RotationStrategy,
} from '@backup-maker/model';

/** A collection with everything parsed: sizes are bytes, windows are windows. */
export interface Collection {
  readonly name: string;
  readonly description: string;
  readonly filenameTemplate: string;
  readonly limits: QuotaLimits;
  readonly windows: readonly BackupWindow[];
  /** How often a version is to be made; undefined where nobody said so. */
  readonly expectedEveryMs: number | undefined;
  readonly strategy: RotationStrategy;
  readonly retentionLockMs: number | undefined;
  readonly accessControl: readonly AccessControlEntry[];
  /** Long key ids, upper case, of which a message must be encrypted to one; undefined for any. */
  readonly allowedKeyIds: readonly string[] | undefined;
}

type Spec = BackupCollection['spec'];

/**
 * A collection from its checked resource.
 * @throws Failure `invalid-input` for a bad schedule or time zone, or a number too large
 */
export function parseCollection({ metadata, spec }: BackupCollection): Collection {
  const allowed = spec.encryption?.allowedKeyIds ?? [];
  return {
    name: metadata.name,
    description: spec.description,
    filenameTemplate: spec.filenameTemplate,
    limits: {
      maxOneVersionBytes: read('maxOneVersionSize', parseSize, spec.maxOneVersionSize),
      maxCollectionBytes: read('maxCollectionSize', parseSize, spec.maxCollectionSize),
      maxBackupsCount: spec.maxBackupsCount,
    },
    windows: (spec.windows ?? []).map((window, index) => ({
      schedule: read(`windows.${index}.from`, (text) => parseWindowStart(text, spec.timeZone), window.from),
      durationMs: read(`windows.${index}.duration`, parseDuration, window.duration),
    })),
    expectedEveryMs:
      spec.expectedEvery === undefined ? undefined : read('expectedEvery', parseDuration, spec.expectedEvery),
    strategy: parseStrategy(spec),
    retentionLockMs:
      spec.retentionLock === undefined ? undefined : read('retentionLock', parseDuration, spec.retentionLock),
    accessControl: (spec.accessControl ?? []).map((entry) => ({
      userName: entry.userName ?? '',
      roles: entry.roles ?? [],
    })),
    allowedKeyIds: allowed.length === 0 ? undefined : allowed.map(longKeyId),
  };
}

/** The file name of a version: the first `${version}` of the template is its number. */
export function filenameOf(collection: Collection, versionNumber: number): string {
  // A function, because `$&` and the like in a replacement text have a meaning.
  const template = collection.filenameTemplate || `${collection.name}-\${version}`;
  return template.replace('${version}', () => `${versionNumber}`);
}

function parseStrategy(spec: Spec): RotationStrategy {
  const { maxBackupsCount, strategyName, strategySpec = {} } = spec;
  switch (strategyName) {
    case 'fifo':
      return { name: 'fifo', maxBackupsCount };
    case 'fifo-plus-older':
      return {
        name: 'fifo-plus-older',
        maxBackupsCount,
        maxOlderCopies: strategySpec.maxOlderCopies ?? 0,
        olderAgeMs: read(
          'strategySpec.keepLastOlderNotMoreThan',
          parseDuration,
          strategySpec.keepLastOlderNotMoreThan || '0s',
        ),
      };
    case 'gfs':
      return {
        name: 'gfs',
        maxBackupsCount,
        keepLast: strategySpec.keepLast ?? 0,
        keep: {
          hourly: strategySpec.keepHourly ?? 0,
          daily: strategySpec.keepDaily ?? 0,
          weekly: strategySpec.keepWeekly ?? 0,
          monthly: strategySpec.keepMonthly ?? 0,
          yearly: strategySpec.keepYearly ?? 0,
        },
        timeZone: knownTimeZone(strategySpec.timeZone ?? spec.timeZone ?? 'UTC'),
      };
    default:
      return strategyName satisfies never;
  }
}

/** @throws Failure `invalid-input` that names the field */
function read<Value>(field: string, parse: (text: string) => Value, text = ''): Value {
  try {
    return parse(text);
  } catch (error) {
    const reason = error instanceof Failure ? error.message : 'it cannot be read';
    throw new Failure('invalid-input', `spec.${field}: ${reason}`, { cause: error });
  }
}

/** @throws Failure `invalid-input` for a time zone that nobody knows */
function knownTimeZone(timeZone: string): string {
  return parseCron('0 0 * * *', timeZone).timeZone;
}

/** The last 16 digits of a fingerprint of version 4; the first of one of version 5 or 6 (RFC 9580, 5.5.4.3). */
function longKeyId(id: string): string {
  const digits = id.replace(/^0x/i, '').toUpperCase();
  return digits.length === 64 ? digits.slice(0, 16) : digits.slice(-16);
}
