import {
  anything,
  atLeast,
  flag,
  int32,
  int64,
  intOrString,
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
import { fieldSource, volumeMounts } from './volume.ts';

const securityFields = {
  runAsUser: atLeast(0, int64),
  runAsGroup: atLeast(0, int64),
  runAsNonRoot: flag,
  seLinuxOptions: anything,
  seccompProfile: anything,
  appArmorProfile: anything,
  windowsOptions: anything,
} as const;

export const podSecurityContext: Schema = object({
  ...securityFields,
  fsGroup: atLeast(0, int64),
  fsGroupChangePolicy: text,
  supplementalGroups: listOf(int64),
  supplementalGroupsPolicy: text,
  sysctls: listOf(object({ name: text, value: text })),
});

const securityContext = object({
  ...securityFields,
  readOnlyRootFilesystem: flag,
  allowPrivilegeEscalation: flag,
  privileged: flag,
  procMount: text,
  capabilities: object({ add: listOf(text), drop: listOf(text) }),
});

const httpGet = object({
  path: text,
  port: intOrString,
  host: text,
  scheme: text,
  httpHeaders: listOf(object({ name: text, value: text })),
});
const action = {
  exec: object({ command: listOf(text) }),
  httpGet,
  tcpSocket: object({ port: intOrString, host: text }),
};

const probe = object({
  ...action,
  grpc: anything,
  initialDelaySeconds: int32,
  timeoutSeconds: int32,
  periodSeconds: int32,
  successThreshold: int32,
  failureThreshold: int32,
  terminationGracePeriodSeconds: int64,
});

const environment = listByKey(object({ name: text, value: text, valueFrom: fieldSource }, ['name']), 'name');

const container: Schema = object(
  {
    name: text,
    image: text,
    command: listOf(text),
    args: listOf(text),
    workingDir: text,
    ports: listByKey(
      object(
        {
          name: text,
          hostPort: int32,
          containerPort: int32,
          protocol: withDefault(text, 'TCP'),
          hostIP: text,
        },
        ['containerPort'],
      ),
      'containerPort',
      'protocol',
    ),
    envFrom: listOf(
      object({
        prefix: text,
        configMapRef: object({ name: text, optional: flag }),
        secretRef: object({ name: text, optional: flag }),
      }),
    ),
    env: environment,
    resources: object({ limits: mapOf(quantity), requests: mapOf(quantity), claims: anything }),
    resizePolicy: listOf(anything),
    restartPolicy: text,
    volumeMounts,
    volumeDevices: listByKey(object({ name: text, devicePath: text }, ['name']), 'devicePath'),
    livenessProbe: probe,
    readinessProbe: probe,
    startupProbe: probe,
    lifecycle: object({
      postStart: object(action),
      preStop: object({ ...action, sleep: object({ seconds: int64 }) }),
    }),
    terminationMessagePath: withDefault(text, '/dev/termination-log'),
    terminationMessagePolicy: withDefault(oneOf('File', 'FallbackToLogsOnError'), 'File'),
    imagePullPolicy: withDefault(oneOf('Always', 'IfNotPresent', 'Never'), 'IfNotPresent'),
    securityContext,
    stdin: flag,
    stdinOnce: flag,
    tty: flag,
  },
  ['name'],
);

export const containers: Schema = listByKey(container, 'name');
