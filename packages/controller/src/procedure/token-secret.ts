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

export interface TokenSecretOptions {
  readonly name: string;
  readonly backup: ScheduledBackup;
  readonly operation: Operation;
  readonly owner: KubeObject;
  readonly token: RunToken;
  /** The Job that the token was made for, where it exists already. */
  readonly jobUid?: string;
}

/** The Secret of one run: its token, and what is needed to revoke it. */
export function tokenSecret({
  name,
  backup,
  operation,
  owner,
  token,
  jobUid,
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
      },
      ownerReferences: [ownerReference(owner)],
    },
    type: 'Opaque',
    data: { token: encodeBase64(token.token.reveal()) },
  };
  return secret;
}
