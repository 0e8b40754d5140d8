import type { KubernetesObject } from './objects.ts';

/** The user and group of the pods when nothing else is asked for. */
const nonRootId = 65_532;

/** Fields that Kubernetes has in the pod's security context; the container's are all others. */
const podFields = new Set([
  'appArmorProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'runAsGroup',
  'runAsNonRoot',
  'runAsUser',
  'seLinuxChangePolicy',
  'seLinuxOptions',
  'seccompProfile',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'sysctls',
  'windowsOptions',
]);

/** What a root that reads and restores files of any owner needs, and no more. */
const fileCapabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID'];

export interface SecurityContexts {
  readonly pod: KubernetesObject;
  readonly container: KubernetesObject;
}

/** The restricted Pod Security Standard, with each field that the user gave in place of ours. */
export function securityContexts(override: KubernetesObject = {}): SecurityContexts {
  const isRoot = override.runAsUser === 0;
  const pod = {
    runAsNonRoot: !isRoot,
    runAsUser: nonRootId,
    runAsGroup: isRoot ? 0 : nonRootId,
    fsGroup: isRoot ? 0 : nonRootId,
    seccompProfile: { type: 'RuntimeDefault' },
  };
  const container = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'], ...(isRoot ? { add: fileCapabilities } : {}) },
  };
  const entries = Object.entries(override);
  return {
    pod: { ...pod, ...Object.fromEntries(entries.filter(([field]) => podFields.has(field))) },
    container: { ...container, ...Object.fromEntries(entries.filter(([field]) => !podFields.has(field))) },
  };
}
