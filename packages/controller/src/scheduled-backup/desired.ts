import {
  cronJobManifest,
  cronJobName,
  type ManifestOptions,
  procedureManifests,
} from '@backup-maker/generator';
import type { KubeObject } from '@backup-maker/kube';
import { operations, type ScheduledBackup } from '@backup-maker/model';
import { invalid } from '../problem.ts';
import type { ProcedureInputs } from '../procedure/gather.ts';
import { manifestOptions, requirePrivateKey } from '../procedure/render.ts';
import { tokenSecretName } from '../procedure/token-secret.ts';

export interface Installation {
  /** Secrets and ConfigMaps of both operations: a restore must be possible at any time. */
  readonly objects: readonly KubeObject[];
  readonly cronJob: KubeObject | undefined;
  readonly warnings: readonly string[];
}

export interface InstallationOptions {
  readonly cronJobApiVersion: 'batch/v1' | 'batch/v1beta1';
  /** A requested action of the other operation is about to run, or runs: no scheduled run may begin. */
  readonly held: boolean;
}

/** Everything that a ScheduledBackup owns. @throws Failure where it can't be made */
export function desiredInstallation(inputs: ProcedureInputs, options: InstallationOptions): Installation {
  const { cronJob, operation } = inputs.backup.spec;
  const manifests = {
    backup: manifestOptions(inputs, 'backup'),
    restore: manifestOptions(inputs, 'restore'),
  };
  return {
    objects: Object.values(manifests).flatMap((common) => {
      const { variables, files, configMap } = procedureManifests(common);
      return [variables, files, configMap];
    }),
    cronJob: cronJob.enabled ? desiredCronJob(inputs, manifests[operation], options) : undefined,
    warnings: [...new Set(Object.values(manifests).flatMap(({ procedure }) => procedure.warnings))],
  };
}

function desiredCronJob(
  inputs: ProcedureInputs,
  common: ManifestOptions,
  options: InstallationOptions,
): KubeObject {
  const { spec } = inputs.backup;
  requirePrivateKey(inputs, spec.operation);
  const { enabled: _, timeZone, ...schedule } = spec.cronJob;
  return cronJobManifest({
    ...common,
    ...(inputs.login && {
      environmentFromSecrets: {
        BM_AUTH_TOKEN: { secretName: tokenSecretName(inputs.backup, spec.operation), key: 'token' },
      },
    }),
    schedule: {
      ...schedule,
      ...zoneOf(timeZone, options.cronJobApiVersion),
      suspend: spec.suspend === true || options.held,
    },
    apiVersion: options.cronJobApiVersion,
  });
}

/** CronJobs of batch/v1beta1 know no time zone: the controller manager's own, nearly always UTC, counts there. */
function zoneOf(timeZone: string | undefined, apiVersion: InstallationOptions['cronJobApiVersion']) {
  if (timeZone === undefined) {
    return {};
  }
  if (apiVersion === 'batch/v1') {
    return { timeZone };
  }
  if (/^(Etc\/)?(UTC|GMT)$/.test(timeZone)) {
    return {};
  }
  throw invalid(
    'TimeZoneUnsupported',
    `this Kubernetes has no time zones for CronJobs: leave cronJob.timeZone ("${timeZone}") out and write the schedule in UTC`,
  );
}

/** The names that a ScheduledBackup's CronJobs can have; those not desired are left from an earlier spec. */
export function cronJobNames(backup: ScheduledBackup): readonly string[] {
  return operations.map((operation) => cronJobName(backup.metadata.name, operation));
}
