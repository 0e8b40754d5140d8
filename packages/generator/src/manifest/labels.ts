import type { Operation } from '../procedure/operation.ts';

/** Labels that everything generated carries; selectors and the controller's caches rely on these names. */
export const labelNames = {
  scheduledBackup: 'riotkit.org/scheduled-backup',
  operation: 'riotkit.org/operation',
  trackingId: 'riotkit.org/job-tracking-id',
} as const;

/** Existing installations select by these. */
const existingLabelNames = { made: 'riotkit.org/backup-maker', name: 'riotkit.org/jobName' } as const;

export interface LabelOptions {
  readonly name: string;
  readonly operation: Operation;
  readonly trackingId?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** A label's value has 63 characters at most; a name that is longer keeps its beginning and gets a hash. */
const maxLabelLength = 63;

export function objectLabels({
  name,
  operation,
  trackingId,
  labels,
}: LabelOptions): Readonly<Record<string, string>> {
  const value = labelValue(name);
  return {
    ...labels,
    'app.kubernetes.io/name': 'backup-maker',
    'app.kubernetes.io/instance': value,
    'app.kubernetes.io/component': operation,
    'app.kubernetes.io/part-of': 'backup-maker',
    'app.kubernetes.io/managed-by': 'backup-maker',
    [existingLabelNames.made]: 'true',
    [existingLabelNames.name]: value,
    [labelNames.scheduledBackup]: value,
    [labelNames.operation]: operation,
    ...(trackingId === undefined ? {} : { [labelNames.trackingId]: trackingId }),
  };
}

/** Equal for equal names, and different for different ones, whatever their length. */
export function labelValue(name: string): string {
  if (name.length <= maxLabelLength) return name;
  return cut(name, `-${hash(name)}`, maxLabelLength);
}

/** Kubernetes names a CronJob's Jobs by adding eleven characters, and a Job's name has 63 at most. */
const maxCronJobName = 52;

/** `<name>-<operation>`; what is too long keeps its beginning and gets a hash. */
export function cronJobName(name: string, operation: Operation): string {
  const plain = `${name}-${operation}`;
  if (plain.length <= maxCronJobName) return plain;
  return cut(name, `-${hash(name)}-${operation}`, maxCronJobName);
}

/** What fits of a name before its ending, with nothing dangling between them. */
function cut(name: string, ending: string, maxLength: number): string {
  return `${name.slice(0, maxLength - ending.length).replace(/[-._]+$/, '')}${ending}`;
}

/** FNV-1a, 32 bits: tells names apart, guards nothing. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  }
  return value.toString(16).padStart(8, '0');
}
