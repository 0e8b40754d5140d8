import { type Condition, defineResource, type KubeObject, type Resource } from '@backup-maker/kube';
import {
  BackupProcedureTemplate,
  ClusterBackupProcedureTemplate,
  type Kind,
  RequestedBackupAction,
  ScheduledBackup,
} from '@backup-maker/model';

export interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly type?: string;
}

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export interface JobCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

export interface Job extends KubeObject {
  readonly spec?: {
    readonly suspend?: boolean;
    readonly ttlSecondsAfterFinished?: number;
    readonly activeDeadlineSeconds?: number;
  };
  readonly status?: {
    readonly active?: number;
    readonly succeeded?: number;
    readonly failed?: number;
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly conditions?: readonly JobCondition[];
  };
}

export interface CronJob extends KubeObject {
  readonly spec?: { readonly suspend?: boolean };
  readonly status?: { readonly lastScheduleTime?: string; readonly lastSuccessfulTime?: string };
}

export interface Pod extends KubeObject {
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  readonly name?: string;
  readonly state?: {
    readonly running?: { readonly startedAt?: string };
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: {
      readonly exitCode?: number;
      readonly reason?: string;
      readonly message?: string;
      readonly finishedAt?: string;
    };
  };
}

function ours<T extends KubeObject>({ group, version, plural, kind, scope }: Kind): Resource<T> {
  return defineResource<T>({ group, version, plural, kind, namespaced: scope === 'Namespaced' });
}

function core<T extends KubeObject>(kind: string, plural: string): Resource<T> {
  return defineResource<T>({ group: '', version: 'v1', plural, kind, namespaced: true });
}

function batch<T extends KubeObject>(version: string, kind: string, plural: string): Resource<T> {
  return defineResource<T>({ group: 'batch', version, plural, kind, namespaced: true });
}

/** Every kind that the controller talks about, as the API serves it. */
export const kinds = {
  scheduledBackup: ours<ScheduledBackup>(ScheduledBackup),
  requestedAction: ours<RequestedBackupAction>(RequestedBackupAction),
  clusterTemplate: ours<ClusterBackupProcedureTemplate>(ClusterBackupProcedureTemplate),
  template: ours<BackupProcedureTemplate>(BackupProcedureTemplate),
  secret: core<Secret>('Secret', 'secrets'),
  configMap: core<ConfigMap>('ConfigMap', 'configmaps'),
  pod: core<Pod>('Pod', 'pods'),
  job: batch<Job>('v1', 'Job', 'jobs'),
  cronJob: batch<CronJob>('v1', 'CronJob', 'cronjobs'),
} as const;

/** CronJobs are in batch/v1 since Kubernetes 1.21, and only in v1beta1 before. */
export const cronJobVersions: readonly Resource<CronJob>[] = [
  kinds.cronJob,
  batch('v1beta1', 'CronJob', 'cronjobs'),
];
