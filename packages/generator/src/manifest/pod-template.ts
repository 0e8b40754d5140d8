import type { EnvironmentVariable, KubernetesObject, Resources, Volume, VolumeMount } from './objects.ts';

/**
 * What a user may lay over the generated pods (`spec.podTemplate`, or `HelmValues` of a definition). Maps are
 * merged key by key, lists are joined (an entry of the same name replaces), single values replace.
 */
export interface PodTemplate {
  readonly image?: string;
  /** Init containers put `backup-maker` and `pgbr` on the PATH of an image that lacks them. */
  readonly inject?: boolean;
  readonly resources?: Resources;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly KubernetesObject[];
  readonly affinity?: KubernetesObject;
  readonly serviceAccountName?: string;
  /** Fields of the pod's and of the container's security context together; each goes where it belongs. */
  readonly securityContext?: KubernetesObject;
  readonly env?: readonly EnvironmentVariable[];
  readonly volumes?: readonly Volume[];
  readonly volumeMounts?: readonly VolumeMount[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly imagePullSecrets?: readonly { readonly name: string }[];
}
