import { createHash } from 'node:crypto';
import { labelNames, labelValue } from '@backup-maker/generator';
import { objectKey } from '@backup-maker/kube';

/** Who we are in managedFields, events and leases. */
export const controllerName = 'backup-maker-controller';

/** Labels and annotations that the controller sets or reads. */
export const labels = {
  ...labelNames,
  requestedAction: 'riotkit.org/requested-backup-action',
  type: 'riotkit.org/type',
  managedBy: 'app.kubernetes.io/managed-by',
  partOf: 'app.kubernetes.io/part-of',
} as const;

export const annotations = {
  email: 'riotkit.org/e-mail',
  /** On a token Secret: the uid of the Job that the token was made for. */
  jobUid: 'riotkit.org/job-uid',
  /** On a token Secret: the time of the scheduled run that the token was made for. */
  scheduledFor: 'riotkit.org/scheduled-for',
  sessionId: 'riotkit.org/session-id',
} as const;

/** The same short id for the same parts, whoever computes it: before and after a restart, on every replica. */
export function stableId(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** A name that fits into a label: what is too long is cut and told apart by a digest. */
export function shortName(name: string, suffix: string, maxLength = 63): string {
  const plain = `${name}-${suffix}`;
  if (plain.length <= maxLength) {
    return plain;
  }
  const ending = `-${stableId(name).slice(0, 8)}-${suffix}`;
  return `${name.slice(0, maxLength - ending.length).replace(/[-.]+$/, '')}${ending}`;
}

/**
 * Under which key everything of a ScheduledBackup is found by its label: a label's value is shorter than a name can be.
 */
export function backupLabelKey(namespace: string | undefined, backupName: string): string {
  return objectKey({ namespace, name: labelValue(backupName) });
}
