import {
  anything,
  flag,
  int32,
  int64,
  listByKey,
  listOf,
  mapOf,
  object,
  oneOf,
  quantity,
  text,
  withDefault,
} from '../schema/build.ts';
import type { Schema } from '../schema/schema.ts';
import { containers, podSecurityContext } from './container.ts';
import { objectMeta } from './metadata.ts';
import { imagePullSecrets, volumes } from './volume.ts';

export const podSpec: Schema = object(
  {
    volumes,
    initContainers: containers,
    containers,
    ephemeralContainers: containers,
    restartPolicy: withDefault(oneOf('Always', 'OnFailure', 'Never'), 'Always'),
    terminationGracePeriodSeconds: withDefault({ ...int64, minimum: 0 }, 30),
    activeDeadlineSeconds: { ...int64, minimum: 1 },
    dnsPolicy: withDefault(text, 'ClusterFirst'),
    nodeSelector: mapOf(text),
    serviceAccountName: text,
    serviceAccount: text,
    automountServiceAccountToken: flag,
    nodeName: text,
    hostNetwork: flag,
    hostPID: flag,
    hostIPC: flag,
    hostUsers: flag,
    shareProcessNamespace: flag,
    securityContext: withDefault(podSecurityContext, {}),
    imagePullSecrets,
    hostname: text,
    subdomain: text,
    setHostnameAsFQDN: flag,
    affinity: anything,
    schedulerName: withDefault(text, 'default-scheduler'),
    tolerations: listOf(
      object({ key: text, operator: text, value: text, effect: text, tolerationSeconds: int64 }),
    ),
    hostAliases: listByKey(object({ ip: text, hostnames: listOf(text) }, ['ip']), 'ip'),
    priorityClassName: text,
    priority: int32,
    preemptionPolicy: text,
    dnsConfig: anything,
    readinessGates: listOf(object({ conditionType: text })),
    runtimeClassName: text,
    enableServiceLinks: withDefault(flag, true),
    overhead: mapOf(quantity),
    topologySpreadConstraints: listOf(anything),
    os: object({ name: text }),
    resources: anything,
    schedulingGates: listByKey(object({ name: text }), 'name'),
  },
  ['containers'],
);

/** `template` of a Job: a pod without its name. */
export const podTemplate: Schema = object({ metadata: objectMeta, spec: podSpec });
