/** The parts of the Kubernetes API that the generator writes; the names and nesting are those of the API. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface SecretManifest {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  readonly metadata: ObjectMeta;
  readonly type: 'Opaque';
  /** Base64. */
  readonly data: Readonly<Record<string, string>>;
}

export interface ConfigMapManifest {
  readonly apiVersion: 'v1';
  readonly kind: 'ConfigMap';
  readonly metadata: ObjectMeta;
  readonly data: Readonly<Record<string, string>>;
}

export interface JobManifest {
  readonly apiVersion: 'batch/v1';
  readonly kind: 'Job';
  readonly metadata: ObjectMeta;
  readonly spec: JobSpec;
}

export interface CronJobManifest {
  readonly apiVersion: 'batch/v1' | 'batch/v1beta1';
  readonly kind: 'CronJob';
  readonly metadata: ObjectMeta;
  readonly spec: CronJobSpec;
}

interface CronJobSpec {
  readonly schedule: string;
  readonly timeZone?: string;
  readonly concurrencyPolicy: ConcurrencyPolicy;
  readonly startingDeadlineSeconds?: number;
  readonly suspend: boolean;
  readonly successfulJobsHistoryLimit: number;
  readonly failedJobsHistoryLimit: number;
  readonly jobTemplate: { readonly metadata: TemplateMeta; readonly spec: JobSpec };
}

export type ConcurrencyPolicy = 'Allow' | 'Forbid' | 'Replace';

interface TemplateMeta {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface JobSpec {
  readonly activeDeadlineSeconds?: number;
  readonly backoffLimit: number;
  readonly ttlSecondsAfterFinished?: number;
  readonly template: { readonly metadata: TemplateMeta; readonly spec: PodSpec };
}

export interface PodSpec {
  readonly restartPolicy: 'Never';
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: KubernetesObject;
  readonly imagePullSecrets?: readonly { readonly name: string }[];
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly KubernetesObject[];
  readonly affinity?: KubernetesObject;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly terminationMessagePolicy?: 'File' | 'FallbackToLogsOnError';
  readonly envFrom?: readonly { readonly secretRef: { readonly name: string } }[];
  readonly env?: readonly EnvironmentVariable[];
  readonly resources: Resources;
  readonly securityContext: KubernetesObject;
  readonly volumeMounts: readonly VolumeMount[];
}

export type EnvironmentVariable =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly valueFrom: KubernetesObject };

export interface Resources {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: string;
  readonly readOnly?: boolean;
}

/** A volume with exactly one source (emptyDir, configMap, secret, hostPath …), as Kubernetes writes it. */
export interface Volume {
  readonly name: string;
  readonly [source: string]: unknown;
}

/** A part of the Kubernetes API that passes through as the user wrote it. */
export type KubernetesObject = Readonly<Record<string, unknown>>;
