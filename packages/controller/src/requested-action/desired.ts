import { jobManifest, procedureManifests } from '@backup-maker/generator';
import { type KubeObject, nameOf, ownerReference } from '@backup-maker/kube';
import type { RequestedBackupAction } from '@backup-maker/model';
import type { Job } from '../kinds.ts';
import { labels, shortName, stableId } from '../labels.ts';
import type { ProcedureInputs } from '../procedure/gather.ts';
import { manifestOptions, requirePrivateKey } from '../procedure/render.ts';
import { actionTrackingId } from './status.ts';

export interface ActionObjects {
  /** The Secrets and the ConfigMap of the operation; they belong to the ScheduledBackup. */
  readonly objects: readonly KubeObject[];
  readonly job: Job;
}

/**
 * The name of an action's only Job: the uid in it tells an action from a deleted one of the same name, so that the
 * same action finds its own Job after any crash.
 */
export function jobNameOf(action: RequestedBackupAction): string {
  return shortName(nameOf(action), stableId(action.metadata.uid ?? '').slice(0, 8));
}

/** The Secret with the token of an action's run. */
export function actionTokenSecretName(action: RequestedBackupAction): string {
  return `${jobNameOf(action)}-token`;
}

/** What an action needs. @throws Failure where the procedure can't be rendered */
export function desiredAction(action: RequestedBackupAction, inputs: ProcedureInputs): ActionObjects {
  const { action: operation, targetVersion } = action.spec;
  requirePrivateKey(inputs, operation);
  // A TTL is set when the outcome has been recorded: a Job that is gone before would look like one never made.
  const { ttlSecondsAfterFinished: _, ...common } = manifestOptions(inputs, operation);
  const { variables, files, configMap } = procedureManifests(common);
  const job = jobManifest({
    ...common,
    jobName: jobNameOf(action),
    trackingId: actionTrackingId(action),
    ownerReferences: [ownerReference(action)],
    labels: { [labels.requestedAction]: shortLabel(nameOf(action)) },
    ...(operation === 'restore' && { restoreVersion: String(targetVersion ?? 'latest') }),
    ...(inputs.login && {
      environmentFromSecrets: { BM_AUTH_TOKEN: { secretName: actionTokenSecretName(action), key: 'token' } },
    }),
  });
  return { objects: [variables, files, configMap], job };
}

function shortLabel(name: string): string {
  return name.length <= 63 ? name : shortName(name, 'x');
}
