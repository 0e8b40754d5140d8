import {
  type Json,
  type JsonObject,
  listAt,
  numberAt,
  objectAt,
  sameJson,
  textAt,
  valueAt,
} from '../json.ts';
import type { KubeObject } from '../object.ts';
import { anything, flag, int32, int64, listByKey, listOf, object, text, time } from '../schema/build.ts';
import type { FieldCause } from '../status-error.ts';
import { age, ageColumn, column, nameColumn } from './column.ts';
import { condition, kindSchema } from './metadata.ts';
import { podSpec } from './pod-spec.ts';
import { podSummary } from './pod-summary.ts';
import { builtInType, type ResourceType } from './resource-type.ts';

const containerState = object({
  waiting: object({ reason: text, message: text }),
  running: object({ startedAt: time }),
  terminated: object({
    exitCode: int32,
    signal: int32,
    reason: text,
    message: text,
    startedAt: time,
    finishedAt: time,
    containerID: text,
  }),
});

const containerStatuses = listOf(
  object({
    name: text,
    state: containerState,
    lastState: containerState,
    ready: flag,
    started: flag,
    restartCount: int32,
    image: text,
    imageID: text,
    containerID: text,
  }),
);

export const podType: ResourceType = builtInType({
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  hasStatus: true,
  hasLog: true,
  schema: kindSchema(
    {
      spec: podSpec,
      status: object({
        observedGeneration: int64,
        phase: text,
        conditions: listByKey(condition, 'type'),
        message: text,
        reason: text,
        nominatedNodeName: text,
        hostIP: text,
        hostIPs: listOf(object({ ip: text })),
        podIP: text,
        podIPs: listOf(object({ ip: text })),
        startTime: time,
        initContainerStatuses: containerStatuses,
        containerStatuses,
        ephemeralContainerStatuses: containerStatuses,
        qosClass: text,
        resize: text,
        resourceClaimStatuses: anything,
      }),
    },
    ['spec'],
  ),
  selectableFields: [
    'status.phase',
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.serviceAccountName',
    'status.podIP',
  ],
  columns: [
    nameColumn,
    column('Ready', (pod) => podSummary(pod).ready),
    column('Status', (pod) => podSummary(pod).status),
    column('Restarts', (pod, nowMs) => restarts(pod, nowMs)),
    ageColumn,
    column('IP', (pod) => textAt(pod, 'status', 'podIP') ?? '<none>', { wide: true }),
    column('Node', (pod) => textAt(pod, 'spec', 'nodeName') ?? '<none>', { wide: true }),
    column('Nominated Node', (pod) => textAt(pod, 'status', 'nominatedNodeName') ?? '<none>', { wide: true }),
    column('Readiness Gates', () => '<none>', { wide: true }),
  ],
  behaviour: {
    prepareCreate: (pod) => ({
      ...pod,
      spec: withServiceAccount(pod.spec ?? {}),
      status: { phase: 'Pending', qosClass: qosClass(pod) },
    }),
    validate: validatePod,
    validateUpdate: validatePodUpdate,
    gracePeriodSeconds: (pod) => {
      const ended = ['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase') ?? '');
      return ended ? undefined : numberAt(pod, 'spec', 'terminationGracePeriodSeconds');
    },
  },
});

function withServiceAccount(spec: JsonObject): JsonObject {
  const name = textAt(spec, 'serviceAccountName') ?? textAt(spec, 'serviceAccount') ?? 'default';
  return { ...spec, serviceAccountName: name, serviceAccount: name };
}

function restarts(pod: KubeObject, nowMs: number): string {
  const { restarts: count, lastRestart } = podSummary(pod);
  return count > 0 && lastRestart !== undefined ? `${count} (${age(lastRestart, nowMs)} ago)` : String(count);
}

function allContainers(pod: Json): readonly Json[] {
  return [...listAt(pod, 'spec', 'initContainers'), ...listAt(pod, 'spec', 'containers')];
}

/** Guaranteed, Burstable or BestEffort, by requests and limits (docs/concepts/workloads/pods/pod-qos). */
function qosClass(pod: KubeObject): string {
  const all = allContainers(pod).map((one) => objectAt(one, 'resources'));
  if (
    all.every((resources) =>
      [resources.limits, resources.requests].every((part) => Object.keys(part ?? {}).length === 0),
    )
  ) {
    return 'BestEffort';
  }
  const guaranteed = all.every((resources) =>
    ['cpu', 'memory'].every((name) => {
      const limit = valueAt(resources, 'limits', name);
      return limit !== undefined && sameJson(valueAt(resources, 'requests', name) ?? limit, limit);
    }),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** What the schema can't say about the spec of a pod; also used for the template of a Job. */
export function validatePodSpec(spec: Json, path: string): readonly FieldCause[] {
  const causes: FieldCause[] = [];
  const volumes = new Set(listAt(spec, 'volumes').map((one) => valueAt(one, 'name')));
  const names = new Set<unknown>();
  if (listAt(spec, 'containers').length === 0) {
    causes.push({ field: `${path}.containers`, reason: 'FieldValueRequired', message: 'Required value' });
  }
  for (const list of ['initContainers', 'containers']) {
    listAt(spec, list).forEach((container, index) => {
      const here = `${path}.${list}[${index}]`;
      const name = textAt(container, 'name') ?? '';
      if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
        causes.push(nameCause(`${here}.name`, name));
      }
      if (names.has(name)) {
        causes.push({
          field: `${here}.name`,
          reason: 'FieldValueDuplicate',
          message: `Duplicate value: ${JSON.stringify(name)}`,
        });
      }
      names.add(name);
      if ((textAt(container, 'image') ?? '') === '') {
        causes.push({ field: `${here}.image`, reason: 'FieldValueRequired', message: 'Required value' });
      }
      causes.push(...checkMounts(container, volumes, here), ...checkEnvironment(container, here));
    });
  }
  return causes;
}

function nameCause(field: string, name: string): FieldCause {
  const rule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  return { field, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(name)}: ${rule}` };
}

function checkMounts(container: Json, volumes: ReadonlySet<unknown>, path: string): readonly FieldCause[] {
  return listAt(container, 'volumeMounts').flatMap((mount, index) => {
    const here = `${path}.volumeMounts[${index}]`;
    const name = valueAt(mount, 'name');
    const causes: FieldCause[] = [];
    if (!volumes.has(name)) {
      causes.push({
        field: `${here}.name`,
        reason: 'FieldValueInvalid',
        message: `Not found: ${JSON.stringify(name)}`,
      });
    }
    for (const field of ['subPath', 'mountPath']) {
      const value = textAt(mount, field) ?? '';
      if (value.split('/').includes('..') || (field === 'subPath' && value.startsWith('/'))) {
        causes.push({
          field: `${here}.${field}`,
          reason: 'FieldValueInvalid',
          message: `Invalid value: ${JSON.stringify(value)}: must be a relative path without '..'`,
        });
      }
    }
    return causes;
  });
}

function checkEnvironment(container: Json, path: string): readonly FieldCause[] {
  return listAt(container, 'env').flatMap((variable, index): FieldCause[] => {
    const name = textAt(variable, 'name') ?? '';
    const here = `${path}.env[${index}]`;
    if (name === '' || /[=\0]/.test(name)) {
      return [
        {
          field: `${here}.name`,
          reason: 'FieldValueInvalid',
          message: `Invalid value: ${JSON.stringify(name)}: a valid environment variable name must not be empty or contain '='`,
        },
      ];
    }
    const both = (textAt(variable, 'value') ?? '') !== '' && valueAt(variable, 'valueFrom') !== undefined;
    return both
      ? [
          {
            field: `${here}.valueFrom`,
            reason: 'FieldValueInvalid',
            message: 'Invalid value: "": may not be specified when `value` is not empty',
          },
        ]
      : [];
  });
}

function validatePod(pod: KubeObject): readonly FieldCause[] {
  return validatePodSpec(pod.spec ?? {}, 'spec');
}

/** Of a pod's spec only images, the deadline and added tolerations may change. */
function validatePodUpdate(pod: KubeObject, old: KubeObject): readonly FieldCause[] {
  const fixed = (object: KubeObject): Json => ({
    ...object.spec,
    activeDeadlineSeconds: null,
    tolerations: null,
    terminationGracePeriodSeconds: null,
    // The scheduler's part: set once, then fixed.
    nodeName: old.spec?.nodeName === undefined ? null : (object.spec?.nodeName ?? null),
    containers: listAt(object, 'spec', 'containers').map((one) => ({ ...(one as JsonObject), image: null })),
    initContainers: listAt(object, 'spec', 'initContainers').map((one) => ({
      ...(one as JsonObject),
      image: null,
    })),
  });
  if (sameJson(fixed(pod), fixed(old))) {
    return [];
  }
  const message =
    'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';
  return [{ field: 'spec', reason: 'FieldValueForbidden', message }];
}
