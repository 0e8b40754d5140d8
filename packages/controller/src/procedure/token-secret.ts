import { type KubeObject, nameOf, ownerReference } from '@backup-maker/kube';
import type { Operation, ScheduledBackup } from '@backup-maker/model';
import { annotations, controllerName } from '../labels.ts';
import type { RunToken } from './login.ts';
import { childLabels } from './render.ts';
import { encodeBase64 } from './secret-entries.ts';

/** The Secret that the scheduled runs of one operation take their token from. */
export function tokenSecretName(backup: ScheduledBackup, operation: Operation): string {
  return `${nameOf(backup)}-${operation}-token`;
}

/** Which run a token is for: the Job, or the time at which one is to be made. */
export interface TokenPurpose {
  readonly jobUid?: string | undefined;
  readonly scheduledFor?: string | undefined;
}

export interface TokenSecretOptions {
  readonly name: string;
  readonly backup: ScheduledBackup;
  readonly operation: Operation;
  readonly owner: KubeObject;
  readonly token: RunToken;
  /** Left out for the one Job of a requested action. */
  readonly purpose?: TokenPurpose;
}

/** The Secret of one run: its token, and what is needed to revoke it. */
export function tokenSecret({
  name,
  backup,
  operation,
  owner,
  token,
  purpose: { jobUid, scheduledFor } = {},
}: TokenSecretOptions): KubeObject {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace: backup.metadata.namespace ?? '',
      labels: childLabels(backup, operation, controllerName),
      annotations: {
        [annotations.sessionId]: token.sessionId,
        ...(jobUid !== undefined && { [annotations.jobUid]: jobUid }),
        ...(scheduledFor !== undefined && { [annotations.scheduledFor]: scheduledFor }),
      },
      ownerReferences: [ownerReference(owner)],
    },
    type: 'Opaque',
    data: { token: encodeBase64(token.token.reveal()) },
  };
  return secret;
}
